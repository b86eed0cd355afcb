import { UsageError } from '../errors.ts'
import { parameter, type Tensor } from '../graph/index.ts'
import { aSoftmax, type GradientForm, gradientForms } from './a-softmax.ts'
import { annealedLambda, sphereFaceAnnealing } from './anneal.ts'
import { boundWarnings } from './bounds.ts'
import { lmcl, marginRamp } from './lmcl.ts'
import { type LossOption, type OptionValue, resolveOptions, unknown } from './loss-options.ts'
import { nsl } from './nsl.ts'
import { softmax } from './softmax.ts'

/** A loss with its settings, ready for a training step. */
export interface BuiltLoss {
  /** `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []; may bring a parameter of its own, `head.bias` [C]. */
  readonly loss: (x: Tensor, W: Tensor, labels: Tensor) => Tensor
  /** Whether the loss has the parameter `head.bias`. */
  readonly bias: boolean
  /** Whether the rows of `W` must be brought to length 1, in place, before each step. */
  readonly renormalise: boolean
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
  readonly options: readonly LossOption[]
  /** @throws UsageError for an unknown option, or a value outside its domain */
  readonly build: (given?: Readonly<Record<string, unknown>>) => BuiltLoss
}

const scale = (value: number, published: number | null): LossOption => ({
  name: 'scale',
  kind: 'number',
  default: value,
  domain: { min: 0, open: true },
  published,
  doc: 's, the length that normalised features are given',
})

const normaliseFeatures = (value: boolean): LossOption => ({
  name: 'normaliseFeatures',
  kind: 'boolean',
  default: value,
  published: value,
  doc: 'bring features to length s; otherwise they keep their own, ‖x‖',
})

const fromZero = (
  name: string,
  value: number,
  { published = value, whole = false, doc }: { published?: number | null; whole?: boolean; doc: string },
): LossOption => ({ name, kind: 'number', default: value, domain: { min: 0, whole }, published, doc })

interface Definition extends Omit<LossEntry, 'build'> {
  readonly make: (
    values: Readonly<Record<string, OptionValue>>,
    s: number | null,
  ) => Pick<BuiltLoss, 'loss'> & Partial<BuiltLoss>
}

/** A definition with its options resolved and the scale s read: null where features keep their length. */
function entry({ make, ...known }: Definition): LossEntry {
  const { name, options } = known
  const build: LossEntry['build'] = (given = {}) => {
    const values = resolveOptions(options, given, { where: name })
    const normalised = values.normaliseFeatures === true
    if (!normalised && given.scale !== undefined && given.scale !== null)
      throw new UsageError(`${name}: scale needs normaliseFeatures true, got scale ${given.scale}`)
    const described = Object.entries(values)
      .filter(([key]) => key !== 'scale' || normalised)
      .map(([key, value]) => [key, typeof value === 'boolean' ? String(value) : value] as const)
    return {
      bias: false,
      renormalise: false,
      warnings: () => [],
      ...make(values, normalised ? (values.scale as number) : null),
      describe: { loss: name, ...Object.fromEntries(described) },
    }
  }
  return { ...known, build }
}

/** The losses that can be chosen by name. */
export const losses: readonly LossEntry[] = [
  entry({
    name: 'softmax',
    aliases: [],
    title: 'Softmax',
    paper: { authors: 'Liu et al.', year: 2017, equation: '3' },
    options: [
      {
        name: 'bias',
        kind: 'boolean',
        default: true,
        published: true,
        doc: 'add b_j to the logit of class j',
      },
    ],
    make: ({ bias }) => ({
      bias: bias === true,
      loss: (x, W, labels) => softmax(x, W, labels, bias ? { bias: headBias(W.shape[0]!) } : {}),
    }),
  }),
  entry({
    name: 'nsl',
    aliases: ['normalised-softmax'],
    title: 'Normalised softmax loss (NSL)',
    paper: { authors: 'Wang et al.', year: 2018, equation: '3' },
    options: [scale(30, null), normaliseFeatures(true)],
    make: (_, s) => ({
      loss: (x, W, labels) => nsl(x, W, labels, { s }),
      warnings: (classes, dimensions) => boundWarnings({ s, m: 0, classes, dimensions }),
    }),
  }),
  entry({
    name: 'a-softmax',
    aliases: ['asoftmax', 'sphereface'],
    title: 'Angular softmax (A-Softmax, SphereFace)',
    paper: { authors: 'Liu et al.', year: 2017, equation: '7' },
    options: [
      {
        name: 'margin',
        kind: 'choice',
        default: 4,
        choices: [1, 2, 3, 4],
        published: 4,
        doc: 'm, by which the angle to the own class is multiplied',
      },
      {
        name: 'form',
        kind: 'choice',
        default: 'exact',
        choices: gradientForms,
        published: 'renormalised',
        doc: 'which gradient: the derivative, that of the SphereFace layer, or the margin not differentiated',
      },
      fromZero('lambdaBase', sphereFaceAnnealing.base, {
        doc: 'λ before the first step; 0 for no annealing',
      }),
      fromZero('lambdaGamma', sphereFaceAnnealing.gamma, { doc: 'γ in λ = base·(1 + γ·step)^−power' }),
      fromZero('lambdaPower', sphereFaceAnnealing.power, { doc: 'power in λ = base·(1 + γ·step)^−power' }),
      fromZero('lambdaMin', sphereFaceAnnealing.min, { doc: 'where λ stops falling' }),
      fromZero('lambdaRun', 0, {
        published: null,
        whole: true,
        doc: 'steps of the run that γ is meant for, on which this run is mapped; 0 counts steps as they are',
      }),
      scale(64, null),
      normaliseFeatures(false),
    ],
    make: (values, s) => {
      const number = (name: string): number => values[name] as number
      const [base, min, run] = [number('lambdaBase'), number('lambdaMin'), number('lambdaRun')]
      const falling = { base, gamma: number('lambdaGamma'), power: number('lambdaPower'), min }
      const lambda =
        base === 0 ? Math.max(base, min) : annealedLambda(run > 0 ? { ...falling, run } : falling)
      const form = values.form as GradientForm
      return {
        loss: (x, W, labels) => aSoftmax(x, W, labels, { m: number('margin'), lambda, form, s }),
        renormalise: form === 'renormalised',
      }
    },
  }),
  entry({
    name: 'lmcl',
    aliases: ['cosface', 'am-softmax'],
    title: 'Large margin cosine loss (LMCL, CosFace)',
    paper: { authors: 'Wang et al.', year: 2018, equation: '4' },
    options: [
      {
        name: 'margin',
        kind: 'number',
        default: 0.35,
        domain: { min: 0, max: 2 },
        published: 0.35,
        doc: 'm, which is taken from the cosine to the own class',
      },
      fromZero('marginRamp', 0, {
        published: null,
        whole: true,
        doc: 'steps over which the margin grows from 0 to m; 0 starts with m',
      }),
      scale(64, 64),
      normaliseFeatures(true),
    ],
    make: ({ margin, marginRamp: steps }, s) => {
      const m = steps === 0 ? (margin as number) : marginRamp(margin as number, steps as number)
      return {
        loss: (x, W, labels) => lmcl(x, W, labels, { s, m }),
        warnings: (classes, dimensions) => boundWarnings({ s, m: margin as number, classes, dimensions }),
      }
    },
  }),
]

/** The loss of that name or alias, in small or capital letters. @throws UsageError that says the nearest name */
export function lossNamed(name: string): LossEntry {
  const found = losses.find((loss) => [loss.name, ...loss.aliases].includes(name.toLowerCase()))
  if (found) return found
  const names = losses.flatMap((loss) => [loss.name, ...loss.aliases])
  throw new UsageError(`loss: ${unknown('name', name, names)}`)
}

/** b of softmax, 0 at the start. */
const headBias = (classes: number): Tensor =>
  parameter('head.bias', [classes], { init: () => new Float32Array(classes) })
