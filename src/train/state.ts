import { UsageError } from '../errors.ts'
import { elementCount, inversePermutation, type Shape } from '../graph/index.ts'
import { hash32 } from '../math/hash.ts'
import { permuteAxes } from '../math/permute.ts'
import { rng } from '../math/rng.ts'
import type { StateLayouts } from '../onnx/index.ts'
import type { StepSession, TensorData } from '../runtime/session.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Step } from './step.ts'

/** Named float32 arrays, row-major in the graph's own order of axes. */
export type State = ReadonlyMap<string, Float32Array>

/** Checks that a checkpoint is one of this step, tensor by tensor. @throws UsageError naming the first that does not fit */
export function checkResume({ state }: Step, { tensors }: Checkpoint): void {
  for (const { name, shape } of state) {
    const tensor = tensors.get(name)
    if (tensor?.shape.join() !== shape.join())
      throw otherArchitecture(name, `[${shape}] here`, tensor ? `[${tensor.shape}]` : 'none')
  }
  const known = new Set(state.map(({ name }) => name))
  for (const [name, { shape }] of tensors)
    if (!known.has(name)) throw otherArchitecture(name, 'unknown here', `[${shape}]`)
}

const otherArchitecture = (name: string, here: string, got: string): UsageError =>
  new UsageError(`train: checkpoint of another architecture, ${name} is ${here}, got ${got}`)

/** Checks that starting values fit the parameters whose names they bear. @throws UsageError naming the first that does not */
export function checkFrom({ parameters }: Step, from: State): void {
  for (const { name, shape } of parameters) {
    const given = from.get(name)?.length
    if (given !== undefined && given !== elementCount(shape))
      throw new UsageError(
        `train: ${name} holds ${elementCount(shape)} numbers here, got ${given} to start from`,
      )
  }
}

/** Lets signals and decoded images through before the next large tensor. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * The state before the first step of a run, in the layouts in which the step's model keeps it: from a checkpoint, or else
 * the starting values, and what they leave open drawn from (seed, name), the optimiser's state 0. The arrays are fresh.
 */
export async function startState(
  { state }: Step,
  layouts: StateLayouts,
  { seed, from, resume }: { seed: number; from?: State | undefined; resume?: Checkpoint | undefined },
): Promise<Record<string, TensorData>> {
  const tensors: Record<string, TensorData> = {}
  for (const { name, shape, init } of state) {
    await breathe()
    const given = resume?.tensors.get(name)?.data ?? from?.get(name)
    const drawn = (): Float32Array =>
      init ? init(rng(seed, hash32(name)), shape) : new Float32Array(elementCount(shape))
    const layout = layouts.get(name)
    tensors[name] = layout
      ? {
          type: 'float32',
          shape: layout.map((axis) => shape[axis]!),
          // Zeros need no moving.
          data: given || init ? permuteAxes(given ?? drawn(), shape, layout) : drawn(),
        }
      : { type: 'float32', shape, data: given?.slice() ?? drawn() }
  }
  return tensors
}

/** The state of a session, in the graph's own order of axes. */
export async function kept(
  step: Step,
  session: StepSession,
  layouts: StateLayouts,
): Promise<Checkpoint['tensors']> {
  const read = await session.read()
  const tensors = new Map<string, { readonly shape: Shape; readonly data: Float32Array }>()
  for (const { name, shape } of step.state) {
    await breathe()
    const layout = layouts.get(name)
    const { shape: keptShape, data } = read[name] as TensorData & { readonly data: Float32Array }
    tensors.set(name, {
      shape,
      data: layout ? permuteAxes(data, keptShape, inversePermutation(layout)) : data,
    })
  }
  return tensors
}
