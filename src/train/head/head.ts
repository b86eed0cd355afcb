import { UsageError } from '../../errors.ts'
import { input, type Tensor } from '../../graph/index.ts'
import { buildStep, prototypesName, type Step, type StepOptions } from '../step.ts'
import { sampleCount } from './class-sample.ts'

/** The parts of a loss that stands each class for itself: logits [N, C], and what is added to their cross-entropy, []. */
export type LossPartsOf = (
  x: Tensor,
  W: Tensor,
  labels: Tensor,
) => { readonly logits: Tensor; readonly rest: Tensor | null }

/** Where prototypes and what the optimiser keeps of them lie: in memory, or in files of this folder while the run goes on. */
interface Stored {
  readonly folder?: string | undefined
}

/**
 * How a step goes about its classes. `dense`: all of them in the step's graph, whose state they are. `sampled`: those of the
 * batch and a share `ratio` of all, drawn anew each step; only these learn (An et al. 2021). `chunked`: all, exactly, `rows`
 * of them at a time, for a loss that looks at each class for itself; `cosines` [N, C] are for the metrics.
 */
export type Head =
  | { readonly kind: 'dense' }
  | ({ readonly kind: 'sampled'; readonly ratio: number } & Stored)
  | ({
      readonly kind: 'chunked'
      readonly parts: LossPartsOf
      readonly cosines: (x: Tensor, W: Tensor) => Tensor
      readonly rows?: number
      /** Keeps logits and their exponentials from each chunk's first look for the second instead of computing them again: [N, C] each. */
      readonly keepsLogits?: boolean
    } & Stored)

/** What a head takes of a step's options. */
export type HeadOptions = Omit<StepOptions, 'backbone' | 'height' | 'width'>

/** The step of the head alone: features [N, D] are its input `feature`. */
export const headStep = (options: HeadOptions, dimensions: number): Step =>
  buildStep({
    ...options,
    height: 1,
    width: 1,
    backbone: () => input('feature', [options.batch, dimensions]),
  })

/**
 * The state tensors that have numbers for each class, [C·…, …], with how many: prototypes, biases, centres, and what the
 * optimiser keeps of them. Found by asking which of them are larger for one class more.
 */
export function classTensors(options: HeadOptions, dimensions: number): Map<string, number> {
  const more = new Map(
    headStep({ ...options, classes: options.classes + 1 }, dimensions).state.map(({ name, shape }) => [
      name,
      shape,
    ]),
  )
  const widths = new Map<string, number>()
  for (const { name, shape } of headStep(options, dimensions).state) {
    const [rows, ...rest] = shape
    if (rows === undefined || more.get(name)?.[0] === rows) continue
    widths.set(name, rest.reduce((n, size) => n * size, rows) / options.classes)
  }
  return widths
}

/**
 * Checks that a head can be had with this step, before anything is computed.
 * @throws UsageError where it has no prototypes, or its ratio is outside its domain
 */
export function checkHead(head: Head, { parameters }: Step, options: HeadOptions): void {
  if (head.kind === 'dense') return
  if (!parameters.some(({ name }) => name === prototypesName))
    throw new UsageError(`head: only a loss with prototypes has classes to go through, got ${head.kind}`)
  if (head.kind === 'sampled') sampleCount(options.classes, { ratio: head.ratio, batch: options.batch })
}
