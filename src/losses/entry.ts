import { UsageError } from '../errors.ts'
import type { Tensor } from '../graph/index.ts'
import { type LossOption, type OptionValue, resolveOptions } from './loss-options.ts'

/** A loss with its settings, ready for a training step. */
export interface BuiltLoss {
  /**
   * `x` [N, D], `W` [C·K, D], `labels` [N] int32 -> mean loss []; may bring parameters and kept tensors of its own, named
   * `head.…` (`head.bias`, `head.scale`, `head.centres`), the kept ones' next values by `keeping`.
   */
  readonly loss: (x: Tensor, W: Tensor, labels: Tensor) => Tensor
  /** Whether the loss has the parameter `head.bias`. */
  readonly bias: boolean
  /** Whether the rows of `W` must be brought to length 1, in place, before each step. */
  readonly renormalise: boolean
  /** K, the prototypes of each class (sub-centers); rows c·K … c·K + K − 1 of `W` are those of class c. 1 where it is missing. */
  readonly prototypesPerClass?: number
  /** Whether the loss reads `W`: true where it is missing; contrastive and triplet losses alone have no prototypes. */
  readonly usesPrototypes?: boolean
  /**
   * Whether it is the cross-entropy of logits of which each depends on its sample, its own prototypes, and whether it is the
   * target's, and on nothing else: then classes can be gone through a chunk at a time (`lossParts`). Terms may be added.
   */
  readonly perLogit?: boolean
  /** Whether it compares samples of one class within a batch, and so wants batches that have some (sampler `pk`). */
  readonly comparesPairs?: boolean
  /** The settings as they were resolved, by option name, and the name of the loss; `lossNamed(…).build` takes them back. */
  readonly describe: Readonly<Record<string, number | string>>
  /** What speaks against these settings for so many classes and dimensions, a line each. */
  readonly warnings: (classes: number, dimensions: number) => string[]
}

/** What is known of a loss before it is used. */
export interface LossEntry {
  readonly name: string
  readonly aliases: readonly string[]
  readonly title: string
  readonly paper: { readonly authors: string; readonly year: number; readonly equation: string }
  /** What it makes of the own class and of the others, in a line; no sentence. */
  readonly formula: string
  readonly options: readonly LossOption[]
  /** @throws UsageError for an unknown option, or a value outside its domain */
  readonly build: (given?: Readonly<Record<string, unknown>>) => BuiltLoss
}

/** The option `scale`: s; it has no say where `normaliseFeatures` is false. */
export const scale = (value: number, published: number | null): LossOption => ({
  name: 'scale',
  kind: 'number',
  default: value,
  domain: { min: 0, open: true },
  published,
  doc: 's, the length that normalised features are given',
})

/** The option `normaliseFeatures`. */
export const normaliseFeatures = (value: boolean, { published = value } = {}): LossOption => ({
  name: 'normaliseFeatures',
  kind: 'boolean',
  default: value,
  published,
  doc: 'bring features to length s; otherwise they keep their own, ‖x‖',
})

/** An option that is a number from 0. */
export const fromZero = (
  name: string,
  value: number,
  { published = value, whole = false, doc }: { published?: number | null; whole?: boolean; doc: string },
): LossOption => ({ name, kind: 'number', default: value, domain: { min: 0, whole }, published, doc })

/** An option that says how fast an average over steps follows: the share of the newest batch. */
export const averageRate = (name: string, of: string): LossOption => ({
  name,
  kind: 'number',
  default: 0.01,
  domain: { min: 0, max: 1 },
  published: 0.01,
  doc: `the share that a batch has in the average of ${of}`,
})

/** A loss as its file defines it. */
export interface Definition extends Omit<LossEntry, 'build'> {
  /** The loss of resolved `values`; `s` is the scale, or null where features keep their length. */
  readonly make: (
    values: Readonly<Record<string, OptionValue>>,
    s: number | null,
  ) => Pick<BuiltLoss, 'loss'> & Partial<BuiltLoss>
}

/** The entry of a loss in the catalogue: what is common to all is put around its definition. */
export function entry({ make, ...known }: Definition): LossEntry {
  const { name, options } = known
  const build: LossEntry['build'] = (given = {}) => {
    const values = resolveOptions(options, given, { where: name })
    const normalised = values.normaliseFeatures !== false
    if (!normalised && given.scale !== undefined && given.scale !== null)
      throw new UsageError(`${name}: scale needs normaliseFeatures true, got scale ${given.scale}`)
    const described = Object.entries(values)
      .filter(([key]) => key !== 'scale' || normalised)
      .map(([key, value]) => [key, typeof value === 'boolean' ? String(value) : value] as const)
    return {
      bias: false,
      renormalise: false,
      warnings: () => [],
      ...make(values, normalised && typeof values.scale === 'number' ? values.scale : null),
      describe: { loss: name, ...Object.fromEntries(described) },
    }
  }
  return { ...known, build }
}
