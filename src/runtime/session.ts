/** What every runtime offers: a compiled ONNX model that runs off the main thread. */

export type ElementType = 'float32' | 'int32' | 'int64' | 'uint8' | 'bool' | 'float64'

export type ElementArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array

/** Numbers with a shape, row-major. `bool` is a Uint8Array of 0 and 1. */
export interface TensorData {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: ElementArray
}

/** An input or output as the model declares it; a free dimension is a name or −1. */
export interface PortInfo {
  readonly name: string
  readonly type: string
  readonly shape: readonly (number | string)[]
}

/** A compiled model. `run` may be called while another run is under way; runs are answered in order. */
export interface Session {
  readonly inputs: readonly PortInfo[]
  readonly outputs: readonly PortInfo[]
  /** Runs the model. @throws Error with the runtime's message when feeds do not fit. */
  run(feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>
  /** Frees the model and its thread. */
  close(): Promise<void>
}

/** How to compile a model. */
export interface SessionOptions {
  /** Threads of one operator; 0 lets the runtime choose. */
  readonly threads?: number
}

/**
 * A compiled step whose state stays with it: each run reads the state, and what it writes is the next run's state.
 * Nothing is copied: two sets of buffers swap roles.
 */
export interface StepSession {
  /** Name and version of the runtime. */
  readonly version: string
  /** Runs one step and gives the outputs that are not state. */
  step(feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>
  /** A copy of the state, or of the tensors named, by input name. */
  read(names?: readonly string[]): Promise<Record<string, TensorData>>
  close(): Promise<void>
}

export interface StepSessionOptions extends SessionOptions {
  /** First state by input name; the model gives the next value of `name` as the output `next:name`; one without stays. */
  readonly state: Readonly<Record<string, TensorData>>
}

/** Name of the output that holds the next value of the state `name`. */
export const nextName = (name: string): string => `next:${name}`
