import { inversePermutation } from '../graph/index.ts'
import { permuteAxes } from '../math/permute.ts'
import type { StateLayouts } from '../onnx/index.ts'
import type { TensorData } from '../runtime/session.ts'
import type { Head } from './head/head.ts'
import type { StepOptions } from './step.ts'

/** A step that runs, wherever its state lies. */
export interface Stepper {
  /** Name and version of the runtime. */
  readonly version: string
  /** Runs step `at` (1 at the first) and gives what it reports. */
  step(feeds: Readonly<Record<string, TensorData>>, at: number): Promise<Record<string, TensorData>>
  /**
   * The state in the order of `Step.state`, in the graph's own order of axes: one tensor after the other, a large one in
   * pieces, none of which is kept here.
   */
  tensors(): AsyncGenerator<readonly [name: string, data: Float32Array]>
  close(): Promise<void>
}

/** The first state of a step by name, in the layouts given. */
export type FirstState = (layouts: StateLayouts) => Promise<Record<string, TensorData>>

/** What a stepper is opened with. */
export interface StepperOptions {
  readonly head: Head
  /** What the step was built from. */
  readonly options: StepOptions
  readonly threads: number
  readonly lowering: 'cpu' | 'plain'
  readonly seed: number
  readonly firstState: FirstState
}

/** A tensor that a model keeps in `layout`, in the graph's own order of axes. */
export const ordered = (
  data: Float32Array,
  shape: readonly number[],
  layout: readonly number[] | undefined,
): Float32Array => (layout ? permuteAxes(data, shape, inversePermutation(layout)) : data)
