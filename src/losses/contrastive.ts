import { add, mul, reduceSum, relu, square, sub, type Tensor } from '../graph/index.ts'
import { entry, normaliseFeatures } from './entry.ts'
import { distances, pairsOf, squaredDistances } from './pairs.ts'
import { unit } from './unit.ts'

/**
 * Contrastive loss (Hadsell et al. 2006, eq. 4; the verification signal of Sun et al. 2014, eq. 3): ½d² of two samples of one
 * class, ½max(0, m − d)² of two of different ones, d their distance; the mean over all pairs of the batch (0 for a batch of
 * one). `normalise` brings features to length 1 first; then m is at most 2. `x` [N, D], `labels` [N] int32 -> [].
 * @throws ShapeError
 */
export function contrastive(
  x: Tensor,
  labels: Tensor,
  { m = 1, normalise = true }: { m?: number; normalise?: boolean } = {},
): Tensor {
  const n = labels.shape[0]!
  const { same, other } = pairsOf(labels)
  const d2 = squaredDistances(normalise ? unit(x) : x)
  const terms = add(mul(same, d2), mul(other, square(relu(sub(m, distances(d2))))))
  // Each pair is there twice.
  return mul(reduceSum(terms), 0.5 / Math.max(1, n * (n - 1)))
}

/** Contrastive loss in the catalogue, alone; `contrastive` of another loss adds it to that one. */
export const contrastiveEntry = entry({
  name: 'contrastive',
  aliases: [],
  title: 'Contrastive loss',
  paper: { authors: 'Hadsell et al.', year: 2006, equation: '4' },
  formula: 'same class: ½d², others: ½ max(0, m − d)²',
  options: [
    {
      name: 'margin',
      kind: 'number',
      default: 1,
      domain: { min: 0, open: true },
      published: 1,
      doc: 'm, the distance to which two of different classes are pushed apart',
    },
    {
      ...normaliseFeatures(true, { published: false }),
      doc: 'bring features to length 1; otherwise they keep their own',
    },
  ],
  make: ({ margin, normaliseFeatures: normalise }) => ({
    usesPrototypes: false,
    comparesPairs: true,
    loss: (x, _, labels) => contrastive(x, labels, { m: margin as number, normalise: normalise === true }),
    warnings: () => (normalise ? farMargin('contrastive', margin as number, 2) : []),
  }),
})

/** What speaks against a margin beyond the largest distance there is, in words. */
export const farMargin = (where: string, margin: number, largest: number): string[] =>
  margin > largest
    ? [`${where}: normalised features are at most ${largest} apart, a margin of ${margin} is never met`]
    : []
