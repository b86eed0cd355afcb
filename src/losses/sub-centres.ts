import { ShapeError } from '../errors.ts'
import { max, slice, type Tensor } from '../graph/index.ts'
import type { LossOption, OptionValue } from './loss-options.ts'
import { cosine } from './unit.ts'

/** How alike features `x` [N, D] are to classes: [N, C] from prototypes `W`, `cosine` or another. */
export type Similarity = (x: Tensor, W: Tensor) => Tensor

/**
 * The cosine to the nearest of K prototypes of each class, rows c·K … c·K + K − 1 of `W` [C·K, D] (Deng et al. 2020, eq. 4), so
 * that what is labelled wrongly can settle round a prototype of its own. Any cosine loss takes it as its `similarity`. Of
 * prototypes equally near the first gets the gradient. @throws ShapeError where K does not divide the rows
 */
export const subCentres =
  (K: number): Similarity =>
  (x, W) => {
    const rows = W.shape[0]!
    if (!(Number.isInteger(K) && K >= 1) || rows % K !== 0)
      throw new ShapeError(`subCentres: ${K} do not divide the ${rows} rows of W`)
    const cosines = cosine(x, W)
    return Array.from({ length: K }, (_, k) => slice(cosines, 1, { start: k, step: K })).reduce((a, b) =>
      max(a, b),
    )
  }

/** The option `subCentres`: K. */
export const subCentresOption = (value: number): LossOption => ({
  name: 'subCentres',
  kind: 'number',
  default: value,
  domain: { min: 1, max: 100, whole: true },
  published: value,
  doc: 'K, the prototypes of each class, of which the nearest counts',
})

/** What the option `subCentres` among resolved `values` asks for; nothing where it is missing. */
export function similarityOf({ subCentres: K = 1 }: Readonly<Record<string, OptionValue>>): {
  readonly similarity: Similarity
  readonly prototypesPerClass: number
} {
  return K === 1
    ? { similarity: cosine, prototypesPerClass: 1 }
    : { similarity: subCentres(K as number), prototypesPerClass: K as number }
}
