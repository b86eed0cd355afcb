import type { Initialiser } from '../graph/index.ts'
import type { Optimiser, Schedule } from '../optim/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Head } from './head/head.ts'
import type { From } from './state.ts'
import type { Backbone, Loss, StepOptions } from './step.ts'

/** A batch as the step eats it. */
export interface TrainingBatch {
  /** uint8 RGB [N, H, W, 3], or float32 vectors [N, K]. */
  readonly image: Uint8Array | Float32Array
  /** int32 [N]. */
  readonly labels: Int32Array
}

/** What is learnt from: its sizes, and its batches as a pure function of (seed, step). */
export interface TrainingData {
  /** Images. */
  readonly count: number
  readonly classes: number
  readonly height: number
  readonly width: number
  /** Length K of the vectors that stand in the place of images; height and width are 1 then. */
  readonly vectors?: number
  /** Batches of the steps firstStep … steps − 1 (from 0), in order. */
  batches(options: {
    readonly batch: number
    readonly seed: number
    readonly firstStep: number
    readonly steps: number
  }): AsyncIterable<TrainingBatch>
}

/** What is known after a step. */
export interface Progress {
  /** Steps done, of `steps`. */
  readonly step: number
  readonly steps: number
  readonly loss: number
  readonly rate: number
  /** Metrics and scheduled scalars of the step by name. */
  readonly values: Readonly<Record<string, number>>
  /** Metrics that are no single numbers, by name, in row-major order; missing where there are none. */
  readonly arrays?: Readonly<Record<string, Float32Array>>
  /** Time that the step took, and time spent waiting for its batch, in milliseconds. */
  readonly stepMs: number
  readonly waitedMs: number
}

/** What a run is made of. */
export interface TrainOptions
  extends Pick<StepOptions, 'prototypesPerClass' | 'project' | 'metrics' | 'scales' | 'frozen'> {
  readonly backbone: Backbone
  readonly loss: Loss
  readonly data: TrainingData
  /** How a step goes about its classes; all of them in one graph by default. */
  readonly head?: Head
  readonly batch?: number
  /** Passes through the data; `steps` counts steps instead. */
  readonly epochs?: number
  readonly steps?: number
  /** Learning rate, or its schedule. */
  readonly rate?: number | Schedule
  readonly optimiser?: Optimiser
  readonly seed?: number
  /** First values of the prototypes. */
  readonly prototypes?: Initialiser
  /**
   * Parameters and kept tensors that start from given values, by name; the others are drawn. A function is asked once, and what it gives is
   * not kept.
   */
  readonly from?: From
  /** Threads of one operator; 0 for all cores. */
  readonly threads?: number
  /** Convolutions in the forms that are fastest on a CPU, or as plain operators. */
  readonly lowering?: 'cpu' | 'plain'
  /** Goes on after this checkpoint. */
  readonly resume?: Checkpoint
  /** Kept with each checkpoint. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Stops before the next step; a checkpoint is saved first. */
  readonly signal?: AbortSignal
  readonly onStep?: (progress: Progress) => void
  /** Called with a line that the user should know: that a resumed run will not give the bytes of an uninterrupted one. */
  readonly onNotice?: (line: string) => void
  /**
   * Called every `checkpointEvery` steps, when stopped, when the data fail, and at the end. The run waits until it has
   * returned; the checkpoint's tensors are to be had until then.
   */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>
  readonly checkpointEvery?: number
}

/** What came of a run. */
export interface Trained {
  readonly step: number
  readonly steps: number
  /** Whether it was stopped before the last step. */
  readonly interrupted: boolean
  /** The learnt parameters and the kept tensors by name, the prototypes `head.weight` [C·K, D] included. */
  readonly values: ReadonlyMap<string, Float32Array>
}
