import { NumericError, UsageError } from '../errors.ts'
import { type Initialiser, inversePermutation, type Tensor } from '../graph/index.ts'
import { permuteAxes } from '../math/permute.ts'
import { emit, lower, relayoutState, type StateLayouts } from '../onnx/index.ts'
import { type Optimiser, type Schedule, sgd } from '../optim/index.ts'
import { createStepSession } from '../runtime/node.ts'
import { nextName, type StepSession, type TensorData } from '../runtime/session.ts'
import type { Checkpoint } from './checkpoint.ts'
import {
  type Backbone,
  buildStep,
  initialState,
  type Loss,
  rateName,
  type Step,
  type StepOptions,
} from './step.ts'

/** A batch as the step eats it. */
export interface TrainingBatch {
  /** uint8 RGB [N, H, W, 3]. */
  readonly image: Uint8Array
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
  /** Time that the step took, and time spent waiting for its batch, in milliseconds. */
  readonly stepMs: number
  readonly waitedMs: number
}

export interface TrainOptions extends Pick<StepOptions, 'project' | 'metrics' | 'scales'> {
  readonly backbone: Backbone
  readonly loss: Loss
  readonly data: TrainingData
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
  /** Parameters that start from given values, by name; the others are drawn. */
  readonly from?: ReadonlyMap<string, Float32Array>
  /** Threads of one operator; 0 for all cores. */
  readonly threads?: number
  /** Convolutions in the forms that are fastest on a CPU, or as plain operators. */
  readonly lowering?: 'cpu' | 'plain'
  /** Goes on after this checkpoint. */
  readonly resume?: Checkpoint
  /** Kept with each checkpoint. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Stops after the step under way; a checkpoint is saved first. */
  readonly signal?: AbortSignal
  readonly onStep?: (progress: Progress) => void
  /** Called every `checkpointEvery` steps, when stopped, and at the end. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>
  readonly checkpointEvery?: number
}

/** What came of a run. */
export interface Trained {
  readonly step: number
  readonly steps: number
  /** Whether it was stopped before the last step. */
  readonly interrupted: boolean
  /** The learnt parameters by name, the prototypes `head.weight` [C, D] included. */
  readonly values: ReadonlyMap<string, Float32Array>
}

/** Steps in a run: whole batches only, the rest of each epoch is left out. @throws UsageError */
export function stepCount(
  count: number,
  { batch, epochs, steps }: { batch: number; epochs?: number | undefined; steps?: number | undefined },
): number {
  const perEpoch = Math.floor(count / batch)
  if (perEpoch < 1)
    throw new UsageError(`train: a batch holds more images than there are (${count}), got ${batch}`)
  const total = steps ?? Math.round((epochs ?? 16) * perEpoch)
  if (!Number.isInteger(total) || total < 1)
    throw new UsageError(`train: steps must be a whole number of at least 1, got ${total}`)
  return total
}

/**
 * Trains an embedding: builds the step's graph, runs it once a batch in a session of its own, reports and saves.
 * The same options give the same parameters to the byte on one machine, resumed or not.
 * @throws NumericError when the loss is no longer a number; nothing of that step reaches a checkpoint
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const {
    data,
    batch = 64,
    rate = 0.05,
    seed = 0,
    optimiser = sgd(),
    prototypes = uniformRows,
    threads = 0,
    lowering = 'cpu',
    resume,
    settings = {},
    signal,
    onStep,
    onCheckpoint,
    checkpointEvery = Number.POSITIVE_INFINITY,
  } = options
  const steps = stepCount(data.count, { batch, epochs: options.epochs, steps: options.steps })
  const { height, width, classes } = data
  const step = buildStep({ ...options, optimiser, batch, height, width, classes, prototypes })
  const { bytes, layouts } = compile(step, lowering)
  const session = await createStepSession(bytes, {
    threads,
    state: stored(step, resume ? stateOf(step, resume) : firstState(step, seed, options.from), layouts),
  })
  const rateAt: Schedule = typeof rate === 'number' ? () => rate : rate
  let done = resume?.step ?? 0

  const save = async (): Promise<Checkpoint> => {
    const checkpoint = {
      step: done,
      settings: { ...settings, lowering, threads, runtime: session.version },
      tensors: await kept(step, session, layouts),
    }
    for (const [name, { data: values }] of checkpoint.tensors)
      if (!values.every(Number.isFinite)) throw diverged(done, `${name} holds a value that is no number`)
    await onCheckpoint?.(checkpoint)
    return checkpoint
  }
  try {
    let saved: Checkpoint | null = null
    let asked = performance.now()
    for await (const { image, labels } of data.batches({ batch, seed, firstStep: done, steps })) {
      const started = performance.now()
      const scalars: Record<string, number> = { [rateName]: rateAt(done + 1, steps) }
      for (const [name, at] of step.scheduled) scalars[name] = at(done + 1, steps)
      const results = await session.step({
        image: { type: 'uint8', shape: [batch, height, width, 3], data: image },
        labels: { type: 'int32', shape: [batch], data: labels },
        ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalar(value)])),
      })
      done++
      const { loss, ...values } = Object.fromEntries(
        Object.entries(results).map(([name, { data: numbers }]) => [name, Number(numbers[0])]),
      )
      if (!Number.isFinite(loss)) throw diverged(done, `the loss is ${loss}`)
      const { [rateName]: rateNow, ...followed } = scalars
      onStep?.({
        step: done,
        steps,
        loss: loss!,
        rate: rateNow!,
        values: { ...followed, ...values },
        stepMs: performance.now() - started,
        waitedMs: started - asked,
      })
      saved = null
      if (signal?.aborted) break
      if (done % checkpointEvery === 0 && done < steps) saved = await save()
      asked = performance.now()
    }
    saved ??= await save()
    const learnt = new Set(step.parameters.map(({ name }) => name))
    return {
      step: done,
      steps,
      interrupted: done < steps,
      values: new Map(
        [...saved.tensors].filter(([name]) => learnt.has(name)).map(([name, t]) => [name, t.data]),
      ),
    }
  } finally {
    await session.close()
  }
}

const scalar = (value: number): TensorData => ({ type: 'float32', shape: [], data: Float32Array.of(value) })

const diverged = (step: number, what: string): NumericError =>
  new NumericError(
    `train: step ${step}: ${what}; try a lower rate, a warm-up, a smaller scale or margin, or (A-Softmax) a larger λ`,
  )

/** Rows uniform on ±√(3/D), as SphereFace and CosFace start their prototypes. */
const uniformRows: Initialiser = (random, shape) => {
  const bound = Math.sqrt(3 / shape[1]!)
  return Float32Array.from({ length: shape[0]! * shape[1]! }, () => bound * (2 * random.uniform() - 1))
}

/** The step as an ONNX model, and the layouts in which that model keeps its state. */
export function compile(step: Step, lowering: 'cpu' | 'plain'): { bytes: Uint8Array; layouts: StateLayouts } {
  const { outputs, layouts } =
    lowering === 'cpu'
      ? relayoutState(lower(step.outputs), nextName)
      : { outputs: step.outputs as Record<string, Tensor>, layouts: new Map() }
  return { bytes: emit(outputs, { name: 'step' }), layouts }
}

function firstState(
  step: Step,
  seed: number,
  from: ReadonlyMap<string, Float32Array> = new Map(),
): Map<string, Float32Array> {
  const state = initialState(step, seed)
  for (const [name, values] of from) {
    const drawn = state.get(name)
    if (drawn && drawn.length !== values.length)
      throw new UsageError(
        `train: ${name} holds ${drawn.length} numbers here, got ${values.length} to start from`,
      )
    if (drawn) state.set(name, values.slice())
  }
  return state
}

function stateOf(step: Step, { tensors }: Checkpoint): Map<string, Float32Array> {
  return new Map(
    step.state.map(({ name, shape }) => {
      const tensor = tensors.get(name)
      if (!tensor || tensor.shape.join() !== shape.join())
        throw new UsageError(
          `train: checkpoint of another architecture, ${name} is [${shape}] here, got ${tensor ? `[${tensor.shape}]` : 'none'}`,
        )
      return [name, tensor.data.slice()]
    }),
  )
}

function stored(
  step: Step,
  values: ReadonlyMap<string, Float32Array>,
  layouts: StateLayouts,
): Record<string, TensorData> {
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

async function kept(step: Step, session: StepSession, layouts: StateLayouts): Promise<Checkpoint['tensors']> {
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
