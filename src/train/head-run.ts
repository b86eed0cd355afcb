import type { TensorData } from '../runtime/session.ts'
/** The models of a step, and how they go about the classes. */
export type HeadPlan =
  | {
      readonly kind: 'sampled'
      readonly step: Uint8Array
      readonly count: number
      readonly classes: number
      readonly seed: number
    }
  | {
      readonly kind: 'chunked'
      readonly forward: Uint8Array
      readonly backward: Uint8Array
      readonly crossing: readonly string[]
      /** Models of a chunk by how many classes it holds. */
      readonly chunks: readonly {
        readonly classes: number
        readonly look: Uint8Array
        readonly learn: Uint8Array
        /** Names of what `learn` is fed of what `look` gave. */
        readonly carried: readonly string[]
      }[]
      /** Classes of each chunk in turn. */
      readonly sizes: readonly number[]
    }

/** A compiled model in the thread of a head. */
export interface Model {
  /** Where its outputs are written, unless a run says otherwise. */
  readonly outputs: Record<string, TensorData>
  readonly inputs: readonly string[]
  readonly version: string
  /** Runs it on what `given` has for each of its inputs. */
  run(
    given: (name: string) => TensorData | undefined,
    into?: Readonly<Record<string, TensorData>>,
  ): Promise<void>
  release(): Promise<void>
}

/** The state of a step that is neither of classes nor of this step alone. */
export interface Run {
  state(name: string): TensorData | undefined
  /** `outputs` with the arrays in which the next state belongs. */
  next(outputs: Readonly<Record<string, TensorData>>): Record<string, TensorData>
}

/** A step as the thread does it, and what must be freed at the end. */
export interface HeadRun {
  step(feeds: Readonly<Record<string, TensorData>>, at: number): Promise<Readonly<Record<string, TensorData>>>
  readonly models: readonly Model[]
}
