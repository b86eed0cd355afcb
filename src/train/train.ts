import { availableParallelism } from 'node:os'
import { NumericError, UsageError } from '../errors.ts'
import type { Initialiser } from '../graph/index.ts'
import { hash32 } from '../math/hash.ts'
import { rng } from '../math/rng.ts'
import { sgd } from '../optim/index.ts'
import type { TensorData } from '../runtime/session.ts'
import { type Checkpoint, wholeTensors } from './checkpoint.ts'
import { checkHead } from './head/head.ts'
import { openStepper } from './open-stepper.ts'
import { checkPlace, placeAfter, type Scalars, scalarsOf } from './place.ts'
import { checkFrom, checkResume, startState } from './state.ts'
import { buildStep, rateName, type Step, type StepOptions } from './step.ts'
import type { Trained, TrainingBatch, TrainOptions } from './train-options.ts'

/** Steps in a run: whole batches only, the rest of each epoch is left out. @throws UsageError */
export function stepCount(
  count: number,
  { batch, epochs, steps }: { batch: number; epochs?: number | undefined; steps?: number | undefined },
): number {
  if (!Number.isInteger(batch) || batch < 1)
    throw new UsageError(`train: batch must be a whole number of at least 1, got ${batch}`)
  const perEpoch = Math.floor(count / batch)
  if (perEpoch < 1)
    throw new UsageError(`train: a batch holds more images than there are (${count}), got ${batch}`)
  const total = steps ?? Math.round((epochs ?? 16) * perEpoch)
  if (!Number.isInteger(total) || total < 1)
    throw new UsageError(`train: steps must be a whole number of at least 1, got ${total}`)
  return total
}

/**
 * Builds a run's step and checks what it starts from, without computing anything: what `train` would refuse, this refuses.
 * @throws UsageError for a batch or a number of steps that cannot be, a checkpoint or starting values of another architecture,
 *   a checkpoint that these settings would not have led to
 */
export function prepare(options: TrainOptions): {
  readonly step: Step
  /** What it was built from. */
  readonly built: StepOptions
  readonly steps: number
  /** What a step (1 at the first) is fed besides its batch. */
  readonly scalarsAt: (step: number) => Scalars
} {
  const { data, batch = 64, rate = 0.05, seed = 0, resume, from } = options
  const { optimiser = sgd(), prototypes = uniformRows } = options
  const { height, width, vectors, classes } = data
  const steps = stepCount(data.count, { batch, epochs: options.epochs, steps: options.steps })
  const built: StepOptions = { ...options, optimiser, batch, height, width, vectors, classes, prototypes }
  const step = buildStep(built)
  checkHead(options.head ?? { kind: 'dense' }, step, built)
  const scalarsAt = scalarsOf(step, rate, steps)
  if (resume) {
    checkResume(step, resume)
    if (resume.step > steps)
      throw new UsageError(`${resume.where}: the run ends after ${steps} steps, got step ${resume.step}`)
    checkPlace(resume, placeAfter(resume.step, { scalarsAt, steps, seed, count: data.count, batch }))
  } else if (from && typeof from !== 'function') checkFrom(step, from)
  return { step, built, steps, scalarsAt }
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
    seed = 0,
    threads = 0,
    lowering = 'cpu',
    head = { kind: 'dense' },
    resume,
    from,
    settings = {},
    signal,
    onStep,
    onNotice,
    onCheckpoint,
    checkpointEvery = Number.POSITIVE_INFINITY,
  } = options
  const { step, built, steps, scalarsAt } = prepare(options)
  // The number that is used is the number that is kept: bytes may depend on it.
  const threadsUsed = threads || Number(resume?.settings.threads ?? 0) || availableParallelism()
  const session = await openStepper(step, {
    head,
    options: built,
    threads: threadsUsed,
    lowering,
    seed,
    firstState: (layouts) => startState(step, layouts, { seed, from, resume }),
  })
  const circumstances = {
    lowering,
    threads: threadsUsed,
    runtime: session.version,
  }
  if (resume) for (const line of differences(resume, circumstances)) onNotice?.(line)
  let done = resume?.step ?? 0
  // While a step goes on some of what is read may be that of the next already.
  let begun = done

  /** What has been learnt and kept, tensor by tensor, each looked at before it is passed on. */
  async function* tensors(at: number): AsyncGenerator<readonly [string, Float32Array]> {
    for await (const [name, values] of session.tensors()) {
      if (at !== begun)
        throw new Error(`train: a checkpoint is read late, at step ${begun}, got that of ${at}`)
      if (!values.every(Number.isFinite)) throw diverged(done, `${name} holds a value that is no number`)
      yield [name, values]
    }
  }
  const save = async (): Promise<void> => {
    const at = done
    await onCheckpoint?.({
      where: `checkpoint of step ${at}`,
      step: at,
      place: placeAfter(at, { scalarsAt, steps, seed, count: data.count, batch }),
      settings: { ...settings, ...circumstances },
      shapes: new Map(step.state.map(({ name, shape }) => [name, shape])),
      tensors: () => tensors(at),
    })
  }
  /** The batches; where they fail, what was learnt until then is saved first. */
  async function* batches(): AsyncGenerator<TrainingBatch, void, undefined> {
    const firstStep = done
    try {
      yield* data.batches({ batch, seed, firstStep, steps })
    } catch (error) {
      if (done > firstStep) await save()
      throw error
    }
  }
  try {
    let asked = performance.now()
    if (!signal?.aborted)
      for await (const { image, labels } of batches()) {
        const started = performance.now()
        const scalars = scalarsAt(done + 1)
        begun++
        const results = await session.step(
          {
            ...(image instanceof Float32Array
              ? { vector: { type: 'float32', shape: [batch, data.vectors!], data: image } }
              : { image: { type: 'uint8', shape: [batch, data.height, data.width, 3], data: image } }),
            labels: { type: 'int32', shape: [batch], data: labels },
            ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalar(value)])),
            ...drawnAt(step, seed, done + 1),
          },
          done + 1,
        )
        done++
        const [scalarResults, others] = [true, false].map((isScalar) =>
          Object.entries(results).filter(([, { shape }]) => (shape.length === 0) === isScalar),
        )
        const { loss, ...values } = Object.fromEntries(
          scalarResults!.map(([name, { data: numbers }]) => [name, Number(numbers[0])]),
        )
        if (!Number.isFinite(loss)) throw diverged(done, `the loss is ${loss}`)
        const { [rateName]: rateNow, ...followed } = scalars
        onStep?.({
          step: done,
          steps,
          loss: loss!,
          rate: rateNow!,
          values: { ...followed, ...values },
          ...(others!.length > 0 && {
            arrays: Object.fromEntries(others!.map(([name, { data: rows }]) => [name, rows as Float32Array])),
          }),
          stepMs: performance.now() - started,
          waitedMs: started - asked,
        })
        if (signal?.aborted) break
        if (done % checkpointEvery === 0 && done < steps) await save()
        asked = performance.now()
      }
    await save()
    const wanted = new Set([...step.parameters, ...step.kept].map(({ name }) => name))
    const values = new Map<string, Float32Array>()
    const shapes = new Map(step.state.map(({ name, shape }) => [name, shape]))
    for await (const [name, data] of wholeTensors({ shapes, tensors: () => tensors(done) }))
      if (wanted.has(name)) values.set(name, data)
    return { step: done, steps, interrupted: done < steps, values }
  } finally {
    await session.close()
  }
}

const scalar = (value: number): TensorData => ({ type: 'float32', shape: [], data: Float32Array.of(value) })

/** The random numbers of step `at` (1 at the first): a pure function of seed, name and step. */
const drawnAt = ({ drawn }: Step, seed: number, at: number): Record<string, TensorData> =>
  Object.fromEntries(
    [...drawn].map(([name, { shape, draw }]) => [
      name,
      { type: 'float32', shape, data: draw(rng(seed, hash32(name), at), shape) } as const,
    ]),
  )

const diverged = (step: number, what: string): NumericError =>
  new NumericError(
    `train: step ${step}: ${what}; try a lower rate, a warm-up, a smaller scale or margin, or (A-Softmax) a larger λ`,
  )

/** What a checkpoint was made with and the present run is not, a line each. */
function differences(
  { settings }: Checkpoint,
  circumstances: Readonly<Record<string, string | number>>,
): string[] {
  return Object.entries(circumstances).flatMap(([name, now]) =>
    settings[name] === now
      ? []
      : [
          `the checkpoint was made with ${name} ${settings[name]}, this is ${now}: the bytes may differ from those of an uninterrupted run`,
        ],
  )
}

/** Rows uniform on ±√(3/D), as SphereFace and CosFace start their prototypes. */
const uniformRows: Initialiser = (random, shape) => {
  const bound = Math.sqrt(3 / shape[1]!)
  const values = new Float32Array(shape[0]! * shape[1]!)
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random.uniform() - 1)
  return values
}
