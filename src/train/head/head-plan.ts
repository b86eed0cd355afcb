import { type Tensor, topologicalOrder } from '../../graph/index.ts'
import { carry, emit, type StateLayouts, tidy } from '../../onnx/index.ts'
import { compile } from '../compile.ts'
import { buildStep, type Step } from '../step.ts'
import type { StepperOptions } from '../stepper.ts'
import { backboneStep } from './backbone-step.ts'
import { buildChunk, isGradientName } from './chunk-step.ts'
import { sampleCount } from './class-sample.ts'
import { classTensors } from './head.ts'
import type { HeadPlan } from './head-run.ts'
import type { ShardPlan } from './shard.ts'

/** Classes of a chunk where nobody says otherwise: its rows stay in a processor's cache from one operator to the next. */
const usualChunk = 512

/** The models of a step whose classes are gone about by parts. */
export function planOf(
  step: Step,
  {
    head,
    options,
    threads,
    lowering,
    seed,
  }: Pick<StepperOptions, 'head' | 'options' | 'threads' | 'lowering' | 'seed'>,
): { readonly plan: HeadPlan; readonly shards: readonly ShardPlan[]; readonly layouts: StateLayouts } {
  const { classes, batch } = options
  if (head.kind === 'sampled') {
    const count = sampleCount(classes, { ratio: head.ratio, batch })
    const { bytes, layouts } = compile(buildStep({ ...options, classes: count }), lowering)
    return { plan: { kind: 'sampled', step: bytes, count, classes, seed }, shards: [], layouts }
  }
  if (head.kind !== 'chunked') throw new Error('train: a dense head is part of the step')
  const { parts, cosines, rows = usualChunk, keepsLogits = false } = head
  const dimensions = step.feature.shape[1]!
  const perClass = classTensors(options, dimensions)
  const { forward, backward, crossing, layouts } = backboneStep(
    { ...options, parts, cosines, dimensions },
    lowering,
  )
  const sizes = chunkSizes(classes, { rows, shards: threads })
  const fed = new Set<string>()
  const gradients = new Map<string, readonly number[]>()
  const chunks = [...new Set(sizes.flat())].map((size) => {
    const { look, learn } = buildChunk(
      { ...options, parts, cosines, classes: size, keeps: keepsLogits },
      { dimensions, perClass },
    )
    for (const { leaf } of topologicalOrder(Object.values({ ...look, ...learn })))
      if (leaf && 'name' in leaf) fed.add(leaf.name)
    for (const [name, { shape }] of Object.entries(learn))
      if (isGradientName(name)) gradients.set(name, shape)
    const names = Object.keys(look)
    const both = lowering === 'cpu' ? tidy({ ...look, ...learn }) : { ...look, ...learn }
    const [ofLook, ofLearn] = [true, false].map((isLook) =>
      Object.fromEntries(Object.entries(both).filter(([name]) => names.includes(name) === isLook)),
    ) as [Record<string, Tensor>, Record<string, Tensor>]
    // Numbers of each logit, and of the rows only one of each: no copy of them, nor the rows turned over.
    const [most, mostOfState] = keepsLogits
      ? [batch * size, size * (options.prototypesPerClass ?? 1)]
      : [0, 0]
    const { first, second, carried } = carry({ first: ofLook, second: ofLearn }, { most, mostOfState })
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
      fed: [...fed],
      gradients: [...gradients].map(([name, shape]) => ({ name, shape })),
    },
    shards: sizes.map((own, i) => ({
      first: sizes
        .slice(0, i)
        .flat()
        .reduce((n, size) => n + size, 0),
      sizes: own,
      chunks: chunks.filter((chunk) => own.includes(chunk.classes)),
    })),
    layouts,
  }
}

/**
 * Chunks of at most `rows` classes that cover all, by shard: alike in size, which the arithmetic likes in sixteens, but for the
 * last, and alike in number where there are as many as shards.
 */
function chunkSizes(
  classes: number,
  { rows, shards }: { readonly rows: number; readonly shards: number },
): number[][] {
  const even = Math.ceil(classes / (shards * Math.ceil(classes / rows / shards)))
  const size = Math.min(rows, 16 * Math.ceil(even / 16))
  const sizes = Array.from({ length: Math.ceil(classes / size) }, (_, i) =>
    Math.min(size, classes - i * size),
  )
  const each = Math.ceil(sizes.length / shards)
  return Array.from({ length: Math.ceil(sizes.length / each) }, (_, i) =>
    sizes.slice(i * each, (i + 1) * each),
  )
}
