import { UsageError } from '../errors.ts'
import { elementCount, type Shape } from '../graph/index.ts'
import { hash32 } from '../math/hash.ts'
import { permuteAxes } from '../math/permute.ts'
import { rng } from '../math/rng.ts'
import type { StateLayouts } from '../onnx/index.ts'
import type { TensorData } from '../runtime/session.ts'
import { type Checkpoint, wholeTensors } from './checkpoint.ts'
import type { Step } from './step.ts'

/** Named float32 arrays, row-major in the graph's own order of axes. */
export type State = ReadonlyMap<string, Float32Array>

/** Checks that a checkpoint is one of this step, tensor by tensor. @throws UsageError naming the first that does not fit */
export function checkResume({ state }: Step, { shapes, where }: Checkpoint): void {
  const otherArchitecture = (name: string, here: string, got: string): UsageError =>
    new UsageError(`${where}: checkpoint of another architecture, ${name} is ${here}, got ${got}`)
  for (const { name, shape } of state) {
    const given = shapes.get(name)
    if (given?.join() !== shape.join())
      throw otherArchitecture(name, `[${shape}] here`, given ? `[${given}]` : 'none')
  }
  const known = new Set(state.map(({ name }) => name))
  for (const [name, shape] of shapes)
    if (!known.has(name)) throw otherArchitecture(name, 'unknown here', `[${shape}]`)
}

/** Checks that starting values fit the parameters and kept tensors whose names they bear. @throws UsageError naming the first that does not */
export function checkFrom({ parameters, kept }: Step, from: State): void {
  for (const { name, shape } of [...parameters, ...kept]) {
    const given = from.get(name)?.length
    if (given !== undefined && given !== elementCount(shape))
      throw new UsageError(
        `train: ${name} holds ${elementCount(shape)} numbers here, got ${given} to start from`,
      )
  }
}

/** Lets signals and decoded images through before the next large tensor. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** What parameters start from: their values by name, or who gives them when they are wanted, and needs not keep them. */
export type From = State | (() => State | Promise<State>)

/**
 * The state before the first step of a run, in the layouts in which the step's model keeps it: from a checkpoint, or else
 * the starting values, and what they leave open drawn from (seed, name), the optimiser's state 0. The arrays are fresh, and
 * nothing else that was read stays behind.
 * @throws UsageError when starting values do not fit
 */
export async function startState(
  step: Step,
  layouts: StateLayouts,
  { seed, from, resume }: { seed: number; from?: From | undefined; resume?: Checkpoint | undefined },
): Promise<Record<string, TensorData>> {
  const tensors: Record<string, TensorData> = {}
  const put = (name: string, shape: Shape, values: Float32Array | null): void => {
    const layout = layouts.get(name)
    tensors[name] = {
      type: 'float32',
      shape: layout?.map((axis) => shape[axis]!) ?? shape,
      // Zeros need no moving.
      data: values
        ? layout
          ? permuteAxes(values, shape, layout)
          : values
        : new Float32Array(elementCount(shape)),
    }
  }
  if (resume) {
    const shapes = new Map(step.state.map(({ name, shape }) => [name, shape]))
    for await (const [name, data] of wholeTensors(resume)) put(name, shapes.get(name)!, data)
    return tensors
  }
  const given = typeof from === 'function' ? await from() : from
  if (given) checkFrom(step, given)
  for (const { name, shape, init } of step.state) {
    await breathe()
    put(name, shape, given?.get(name)?.slice() ?? init?.(rng(seed, hash32(name)), shape) ?? null)
  }
  return tensors
}
