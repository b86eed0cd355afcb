import {
  add,
  div,
  equal,
  greater,
  max,
  mul,
  neg,
  reduceMax,
  reduceSum,
  reshape,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import { farMargin } from './contrastive.ts'
import { entry, normaliseFeatures } from './entry.ts'
import { distances, pairsOf, squaredDistances } from './pairs.ts'
import { unit } from './unit.ts'

/** How triplets are chosen from a batch. */
export type TripletMining = 'semi-hard' | 'hard'

export const tripletMinings: readonly TripletMining[] = ['semi-hard', 'hard']

/** Beyond every distance. */
const far = 1e30

/**
 * Triplet loss: max(0, m + d(a, p) − d(a, n)) of an anchor, a positive of its class and a negative of another. `semi-hard`
 * (Schroff et al. 2015, eq. 2): squared distances; each pair (a, p) with the nearest negative that is farther from a than p
 * is, or the farthest where none is; the mean over pairs. `hard` (Hermans et al. 2017, eq. 5): distances; each anchor with its
 * farthest positive and nearest negative; the mean over anchors that have both. Where the choice is even, the mean of the
 * equals. 0 where the batch has no triplet. Memory of semi-hard grows with N³. `x` [N, D], `labels` [N] int32 -> [].
 * @throws ShapeError
 */
export function triplet(
  x: Tensor,
  labels: Tensor,
  {
    m = 0.2,
    mining = 'semi-hard',
    normalise = true,
  }: { m?: number; mining?: TripletMining; normalise?: boolean } = {},
): Tensor {
  const pairs = pairsOf(labels)
  const d2 = squaredDistances(normalise ? unit(x) : x)
  const d = mining === 'hard' ? distances(d2) : d2
  // The choice is not differentiated: the loss is a weighted sum of distances, with weights that are numbers.
  const chosen = (mining === 'hard' ? hardest : semiHard)(stopGradient(d), pairs, m)
  return div(reduceSum(add(mul(chosen.weights, d), chosen.margins)), max(chosen.count, 1))
}

/** What each distance counts [N, N], what is added besides, and how many there are to take the mean of. */
interface Chosen {
  readonly weights: Tensor
  readonly margins: Tensor
  readonly count: Tensor
}

type Pairs = ReturnType<typeof pairsOf>

/** 1 where `mask` holds (or is 1), spread evenly over the true ones along the last axis; 0 for none. */
const evenly = (mask: Tensor): Tensor =>
  div(mask, max(reduceSum(mask, [mask.shape.length - 1], { keepdims: true }), 1))

/** Where `values` are as large as the largest of those that `mask` lets through, along the last axis: 0 or 1. */
function largestOf(values: Tensor, mask: Tensor): { readonly value: Tensor; readonly at: Tensor } {
  const open = where(greater(mask, 0), values, -far)
  const value = reduceMax(open, [values.shape.length - 1], { keepdims: true })
  return { value, at: mul(mask, where(equal(open, value), 1, 0)) }
}

function smallestOf(values: Tensor, mask: Tensor): { readonly value: Tensor; readonly at: Tensor } {
  const { value, at } = largestOf(neg(values), mask)
  return { value: neg(value), at }
}

const any = (mask: Tensor): Tensor => reduceMax(mask, [mask.shape.length - 1], { keepdims: true })

function hardest(d: Tensor, { same, other }: Pairs, m: number): Chosen {
  const positive = largestOf(d, same)
  const negative = smallestOf(d, other)
  const complete = mul(any(same), any(other))
  const excess = where(greater(complete, 0), sub(add(m, positive.value), negative.value), 0)
  const active = where(greater(excess, 0), 1, 0)
  return {
    weights: mul(active, sub(evenly(positive.at), evenly(negative.at))),
    margins: mul(mul(active, m), 1 / d.shape[0]!),
    count: reduceSum(complete),
  }
}

function semiHard(d: Tensor, { same, other }: Pairs, m: number): Chosen {
  const n = d.shape[0]!
  // Axes: anchor, positive, negative.
  const toPositive = reshape(d, [n, n, 1])
  const toNegative = reshape(d, [n, 1, n])
  const others = reshape(other, [n, 1, n])
  const beyond = mul(others, where(greater(toNegative, toPositive), 1, 0))
  const nearest = smallestOf(toNegative, beyond)
  const farthest = largestOf(toNegative, others)
  const isBeyond = any(beyond)
  const at = where(greater(isBeyond, 0), nearest.at, farthest.at)
  const complete = mul(same, any(other))
  const negative = reshape(where(greater(isBeyond, 0), nearest.value, farthest.value), [n, n])
  const excess = where(greater(complete, 0), sub(add(m, d), negative), 0)
  const active = where(greater(excess, 0), 1, 0)
  return {
    weights: sub(active, reduceSum(mul(reshape(active, [n, n, 1]), evenly(at)), [1])),
    margins: mul(active, m),
    count: reduceSum(complete),
  }
}

/** Triplet loss in the catalogue, alone; `triplet` of another loss adds it to that one. */
export const tripletEntry = entry({
  name: 'triplet',
  aliases: [],
  title: 'Triplet loss',
  paper: { authors: 'Schroff et al.', year: 2015, equation: '2' },
  formula: 'max(0, m + d(a, p)² − d(a, n)²)',
  options: [
    {
      name: 'margin',
      kind: 'number',
      default: 0.2,
      domain: { min: 0, open: true },
      published: 0.2,
      doc: 'm, by which a negative is to be farther than a positive',
    },
    {
      name: 'mining',
      kind: 'choice',
      default: 'semi-hard',
      choices: tripletMinings,
      published: 'semi-hard',
      doc: 'which triplets of a batch: each pair with the nearest negative beyond it (squared distances), or each anchor with its worst of both (distances; Hermans et al. 2017)',
    },
    { ...normaliseFeatures(true), doc: 'bring features to length 1; otherwise they keep their own' },
  ],
  make: ({ margin: m, mining, normaliseFeatures: normalise }) => ({
    usesPrototypes: false,
    comparesPairs: true,
    loss: (x, _, labels) =>
      triplet(x, labels, {
        m: m as number,
        mining: mining as TripletMining,
        normalise: normalise === true,
      }),
    warnings: () => (normalise ? farMargin('triplet', m as number, mining === 'hard' ? 2 : 4) : []),
  }),
})
