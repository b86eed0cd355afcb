import { UsageError } from '../errors.ts'
import { add, mul, type Tensor } from '../graph/index.ts'
import { centerLossKept, centerRateOption } from './center.ts'
import { contrastive } from './contrastive.ts'
import { type BuiltLoss, fromZero, type LossEntry } from './entry.ts'
import { type LossOption, type OptionValue, resolveOptions } from './loss-options.ts'
import { type EnergyPower, mhe, mheOfBatch } from './mhe.ts'
import { type TripletMining, triplet, tripletMinings } from './triplet.ts'

type Values = Readonly<Record<string, OptionValue>>

/** A term that any loss with prototypes can have besides its own: its name is the option of its weight, 0 for none. */
interface Term {
  readonly weight: LossOption
  /** What else is said of it; without a weight none of these is taken. */
  readonly options: readonly LossOption[]
  readonly comparesPairs?: boolean
  readonly make: (values: Values, built: BuiltLoss) => (x: Tensor, W: Tensor, labels: Tensor) => Tensor
}

const weight = (name: string, published: number | null, doc: string): LossOption =>
  fromZero(name, 0, { published, doc: `${doc}; 0 for none` })

const margin = (name: string, value: number, doc: string): LossOption => ({
  name,
  kind: 'number',
  default: value,
  domain: { min: 0, open: true },
  published: value,
  doc,
})

const terms: readonly Term[] = [
  {
    weight: weight('center', 0.008, 'the weight λ of center loss (Wen et al. 2016) besides'),
    options: [centerRateOption],
    make:
      ({ centerRate }, { prototypesPerClass: K = 1 }) =>
      (x, W, labels) =>
        centerLossKept(x, labels, { classes: W.shape[0]! / K, rate: centerRate as number }),
  },
  {
    weight: weight('contrastive', 0.05, 'the weight of contrastive loss (Sun et al. 2014) besides'),
    options: [
      margin(
        'contrastiveMargin',
        1,
        'to which distance it pushes two of different classes, of length 1 each',
      ),
    ],
    comparesPairs: true,
    make:
      ({ contrastiveMargin: m }) =>
      (x, _, labels) =>
        contrastive(x, labels, { m: m as number }),
  },
  {
    weight: weight('triplet', null, 'the weight of triplet loss (Schroff et al. 2015) besides'),
    options: [
      margin('tripletMargin', 0.2, 'by which its negatives are to be farther than its positives'),
      {
        name: 'tripletMining',
        kind: 'choice',
        default: 'semi-hard',
        choices: tripletMinings,
        published: 'semi-hard',
        doc: 'which triplets of a batch it takes',
      },
    ],
    comparesPairs: true,
    make:
      ({ tripletMargin: m, tripletMining: mining }) =>
      (x, _, labels) =>
        triplet(x, labels, { m: m as number, mining: mining as TripletMining }),
  },
  {
    weight: weight(
      'mhe',
      0.1,
      'the weight λ of the energy of the prototypes (Liu et al. 2018; with a-softmax it is SphereFace+) besides',
    ),
    options: [
      {
        name: 'mhePower',
        kind: 'choice',
        default: 2,
        choices: [0, 1, 2],
        published: 2,
        doc: 's of the energy θ^−s of two prototypes; 0 for ln(1/θ)',
      },
      {
        name: 'mhePairs',
        kind: 'choice',
        default: 'batch',
        choices: ['batch', 'all'],
        published: 'batch',
        doc: "the batch's prototypes against all, or all against all, which is as much work as a batch of C",
      },
    ],
    make: ({ mhePower, mhePairs }, { usesPrototypes = true, prototypesPerClass: K = 1 }) => {
      if (!usesPrototypes) throw new UsageError('mhe: expected a loss with prototypes, got one without')
      if (K > 1) throw new UsageError(`mhe: expected one prototype a class, got ${K}`)
      const power = mhePower as EnergyPower
      return (_, W, labels) => (mhePairs === 'all' ? mhe(W, { power }) : mheOfBatch(W, labels, { power }))
    },
  },
]

/** The options of the terms that any loss with prototypes takes. */
export const termOptions: readonly LossOption[] = terms.flatMap(({ weight, options }) => [weight, ...options])

const termNames: ReadonlySet<string> = new Set(termOptions.map(({ name }) => name))

/** A loss whose options include weights of terms to add: joined to softmax as in their papers, or to any other. */
export function withTerms(alone: LossEntry): LossEntry {
  const build: LossEntry['build'] = (given = {}) => {
    const [ofTerms, own] = [true, false].map((isTerm) =>
      Object.fromEntries(Object.entries(given).filter(([name]) => termNames.has(name) === isTerm)),
    ) as [Record<string, unknown>, Record<string, unknown>]
    const built = alone.build(own)
    const values = resolveOptions(termOptions, ofTerms, { where: alone.name })
    const chosen = terms.filter(({ weight: { name } }) => (values[name] as number) > 0)
    for (const { weight, options } of terms.filter((term) => !chosen.includes(term)))
      for (const { name, default: usual } of options)
        if (values[name] !== usual)
          throw new UsageError(
            `${alone.name}: ${name} needs ${weight.name} above 0, got ${name} ${values[name]}`,
          )
    return chosen.reduce((before, term) => joined(before, term, values), built)
  }
  return { ...alone, options: [...alone.options, ...termOptions], build }
}

function joined(built: BuiltLoss, { weight, options, comparesPairs, make }: Term, values: Values): BuiltLoss {
  const term = make(values, built)
  const λ = values[weight.name] as number
  const said = [weight, ...options].map(({ name }) => [name, values[name] as number | string] as const)
  return {
    ...built,
    loss: (x, W, labels) => add(built.loss(x, W, labels), mul(λ, term(x, W, labels))),
    comparesPairs: built.comparesPairs === true || comparesPairs === true,
    describe: { ...built.describe, ...Object.fromEntries(said) },
  }
}
