import { type Gate, passGate } from '../../runtime/node-gate.ts'
import { createInlineSession, type InlineSession } from '../../runtime/node-inline.ts'
import { closedMessage } from '../../runtime/node-messages.ts'
import type { TensorData } from '../../runtime/session.ts'

/** A compiled model in the thread that uses it. */
export interface Model {
  /** Where its outputs are written, unless a run says otherwise. */
  readonly outputs: Record<string, TensorData>
  readonly version: string
  /** Runs it on what `given` has for each of its inputs. */
  run(
    given: (name: string) => TensorData | undefined,
    into?: Readonly<Record<string, TensorData>>,
  ): Promise<void>
  release(): Promise<void>
}

/** The thread is to end: nothing more passes its gate. */
export class Closed extends Error {
  constructor() {
    super(closedMessage)
  }
}

/**
 * A model whose outputs lie in arrays of its own, made once: a fresh one at each run would be faulted in anew.
 * @throws Closed where the gate is closed, now and at each run
 */
export async function openModel(
  bytes: Uint8Array,
  {
    gate,
    threads = 1,
    spin = true,
  }: { readonly gate: Gate; readonly threads?: number; readonly spin?: boolean },
): Promise<Model> {
  const session: InlineSession | null = await passGate(gate, () =>
    createInlineSession(bytes, { threads, pattern: false, spin }),
  )
  if (!session) throw new Closed()
  const outputs: Record<string, TensorData> = {}
  for (const { name, type, shape } of session.outputs) outputs[name] = empty(type, shape as readonly number[])
  return {
    outputs,
    version: session.version,
    run: async (given, into = outputs) => {
      const feeds: Record<string, TensorData> = {}
      for (const { name } of session.inputs) {
        const value = given(name)
        if (!value) throw new Error(`head: nothing is fed to ${name}`)
        feeds[name] = value
      }
      const ran = await passGate(gate, async () => {
        await session.run(feeds, into)
        return true
      })
      if (!ran) throw new Closed()
    },
    release: () => session.release(),
  }
}

function empty(type: string, shape: readonly number[]): TensorData {
  const count = shape.reduce((n, size) => n * size, 1)
  if (type === 'float32') return { type, shape, data: new Float32Array(count) }
  if (type === 'int32') return { type, shape, data: new Int32Array(count) }
  if (type === 'bool' || type === 'uint8') return { type, shape, data: new Uint8Array(count) }
  throw new Error(`head: no output of type ${type} is expected`)
}
