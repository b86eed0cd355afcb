import { UsageError } from '../errors.ts'
import { elementCount, inversePermutation } from '../graph/index.ts'
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

/**
 * The state before the first step of a run: from a checkpoint, or else the starting values, and what they leave open drawn
 * from (seed, name), the optimiser's state 0. The arrays are fresh.
 */
export function startState(
  { state }: Step,
  { seed, from, resume }: { seed: number; from?: State | undefined; resume?: Checkpoint | undefined },
): State {
  return new Map(
    state.map(({ name, shape, init }) => {
      const given = resume?.tensors.get(name)?.data ?? from?.get(name)
      if (given) return [name, given.slice()]
      return [name, init ? init(rng(seed, hash32(name)), shape) : new Float32Array(elementCount(shape))]
    }),
  )
}

/** A state as the step's model takes it, in the layouts in which it is kept there. */
export function stored(step: Step, values: State, layouts: StateLayouts): Record<string, TensorData> {
  return Object.fromEntries(
    step.state.map(({ name, shape }) => {
      const layout = layouts.get(name)
      const data = values.get(name)!
      const tensor: TensorData = layout
        ? {
            type: 'float32',
            shape: layout.map((axis) => shape[axis]!),
            data: permuteAxes(data, shape, layout),
          }
        : { type: 'float32', shape, data }
      return [name, tensor]
    }),
  )
}

/** The state of a session, in the graph's own order of axes. */
export async function kept(
  step: Step,
  session: StepSession,
  layouts: StateLayouts,
): Promise<Checkpoint['tensors']> {
  const state = await session.read()
  return new Map(
    step.state.map(({ name, shape }) => {
      const layout = layouts.get(name)
      const tensor = state[name]!
      const data = tensor.data as Float32Array
      return [
        name,
        { shape, data: layout ? permuteAxes(data, tensor.shape, inversePermutation(layout)) : data },
      ]
    }),
  )
}
