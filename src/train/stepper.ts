import { inversePermutation, type Tensor } from '../graph/index.ts'
import { permuteAxes } from '../math/permute.ts'
import { carry, emit, type StateLayouts, tidy } from '../onnx/index.ts'
import { createStepSession } from '../runtime/node.ts'
import { openThread } from '../runtime/node-thread.ts'
import type { TensorData } from '../runtime/session.ts'
import { backboneStep } from './backbone-step.ts'
import { buildChunk } from './chunk-step.ts'
import { sampleCount } from './class-sample.ts'
import { compile } from './compile.ts'
import { classTensors, type Head } from './head.ts'
import type { HeadPlan } from './head-run.ts'
import type { HeadRequest, HeadStart } from './head-worker.ts'
import { buildStep, type Step, type StepOptions } from './step.ts'

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

interface Options {
  readonly head: Head
  /** What the step was built from. */
  readonly options: StepOptions
  readonly threads: number
  readonly lowering: 'cpu' | 'plain'
  readonly seed: number
  readonly firstState: FirstState
}

/** Classes of a chunk where nobody says otherwise: its rows stay in a processor's cache from one operator to the next. */
const usualChunk = 1024

/** Numbers of a piece of state that is handed on. */
const pieceNumbers = 2 ** 24

/** Compiles a step and gets it ready to run. @throws Error with the runtime's message */
export function openStepper(step: Step, options: Options): Promise<Stepper> {
  return options.head.kind === 'dense' ? openWhole(step, options) : openHead(step, options)
}

/** All state is that of one session. */
async function openWhole(step: Step, { threads, lowering, firstState }: Options): Promise<Stepper> {
  const { bytes, layouts } = compile(step, lowering)
  const session = await createStepSession(bytes, { threads, state: await firstState(layouts) })
  return {
    version: session.version,
    step: (feeds) => session.step(feeds),
    close: () => session.close(),
    async *tensors() {
      for (const { name } of step.state) {
        const read = await session.read([name])
        const { shape, data } = read[name] as TensorData & { readonly data: Float32Array }
        yield [name, ordered(data, shape, layouts.get(name))]
      }
    },
  }
}

const ordered = (
  data: Float32Array,
  shape: readonly number[],
  layout: readonly number[] | undefined,
): Float32Array => (layout ? permuteAxes(data, shape, inversePermutation(layout)) : data)

/** What has numbers for each class lies beside the sessions, in the same thread. */
async function openHead(step: Step, { head, options, threads, lowering, seed, firstState }: Options) {
  const { plan, layouts } = planOf(step, { head, options, lowering, seed })
  const widths = classTensors(options, step.feature.shape[1]!)
  for (const name of widths.keys())
    if (layouts.has(name)) throw new Error(`train: rows of ${name} must stay rows`)
  const first = Object.entries(await firstState(layouts))
  const shapes = new Map(first.map(([name, { shape }]) => [name, shape]))
  const perClass = Object.fromEntries(
    first.flatMap(([name, { data }]) =>
      widths.has(name) ? [[name, { data: data as Float32Array, width: widths.get(name)! }] as const] : [],
    ),
  )
  const start: Omit<HeadStart, 'gate'> = {
    plan,
    threads,
    state: Object.fromEntries(first.filter(([name]) => !widths.has(name))),
    perClass,
    ...(head.kind !== 'dense' && { folder: head.folder }),
  }
  const { opened, ask, close } = await openThread<{ readonly version: string }>(
    new URL(import.meta.url.endsWith('.ts') ? './head-worker.ts' : './head-worker.js', import.meta.url),
    start,
    first.map(([, { data }]) => data.buffer as ArrayBuffer),
  )
  const say = (request: HeadRequest): Promise<unknown> => ask(request)
  const stepper: Stepper = {
    version: opened.version,
    step: (feeds, at) => say({ kind: 'step', feeds, at }) as Promise<Record<string, TensorData>>,
    close,
    async *tensors() {
      for (const { name } of step.state) {
        const width = widths.get(name)
        if (width === undefined) {
          const data = (await say({ kind: 'read', name })) as Float32Array
          yield [name, ordered(data, shapes.get(name)!, layouts.get(name))]
          continue
        }
        const atATime = Math.max(1, Math.floor(pieceNumbers / width))
        for (let at = 0; at < options.classes; at += atATime) {
          const count = Math.min(atATime, options.classes - at)
          yield [name, (await say({ kind: 'rows', name, first: at, count })) as Float32Array]
        }
      }
    },
  }
  return stepper
}

/** The models of a step whose classes are gone about by parts. */
function planOf(
  step: Step,
  { head, options, lowering, seed }: Pick<Options, 'head' | 'options' | 'lowering' | 'seed'>,
): { readonly plan: HeadPlan; readonly layouts: StateLayouts } {
  const { classes, batch } = options
  if (head.kind === 'sampled') {
    const count = sampleCount(classes, { ratio: head.ratio, batch })
    const { bytes, layouts } = compile(buildStep({ ...options, classes: count }), lowering)
    return { plan: { kind: 'sampled', step: bytes, count, classes, seed }, layouts }
  }
  if (head.kind !== 'chunked') throw new Error('train: a dense head is part of the step')
  const { parts, cosines, rows = usualChunk, keepsLogits = false } = head
  const dimensions = step.feature.shape[1]!
  const sizes = chunkSizes(classes, rows)
  const perClass = classTensors(options, dimensions)
  const { forward, backward, crossing, layouts } = backboneStep(
    { ...options, parts, cosines, dimensions },
    lowering,
  )
  const chunks = [...new Set(sizes)].map((size) => {
    const { look, learn } = buildChunk(
      { ...options, parts, cosines, classes: size, keeps: keepsLogits },
      { dimensions, perClass },
    )
    const names = Object.keys(look)
    const both = lowering === 'cpu' ? tidy({ ...look, ...learn }) : { ...look, ...learn }
    const [ofLook, ofLearn] = [true, false].map((isLook) =>
      Object.fromEntries(Object.entries(both).filter(([name]) => names.includes(name) === isLook)),
    ) as [Record<string, Tensor>, Record<string, Tensor>]
    const most = keepsLogits ? batch * size : 0
    const { first, second, carried } = carry({ first: ofLook, second: ofLearn }, { most })
    return {
      classes: size,
      look: emit(first, { name: 'look' }),
      learn: emit(second, { name: 'learn' }),
      carried,
    }
  })
  return {
    plan: {
      kind: 'chunked',
      forward: emit(forward, { name: 'forward' }),
      backward: emit(backward, { name: 'backward' }),
      crossing,
      chunks,
      sizes,
    },
    layouts,
  }
}

/** Chunks of at most `rows` classes that cover all: alike in size, which the arithmetic likes in sixteens, but for the last. */
function chunkSizes(classes: number, rows: number): number[] {
  const even = Math.ceil(classes / Math.ceil(classes / rows))
  const size = Math.min(rows, 16 * Math.ceil(even / 16))
  return Array.from({ length: Math.ceil(classes / size) }, (_, i) => Math.min(size, classes - i * size))
}
