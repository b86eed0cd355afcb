import type { TensorData } from '../../runtime/session.ts'
import type { Model } from './thread-model.ts'

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
      /** Names of what shards are fed, where the step has it. */
      readonly fed: readonly string[]
      /** What `backward` is fed of what shards say of the gradients of what they read. */
      readonly gradients: readonly { readonly name: string; readonly shape: readonly number[] }[]
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
