import { checkPeople, type Dataset } from '../../data/index.ts'
import { UsageError } from '../../errors.ts'
import type { Recipe } from './recipe.ts'
import { lossOf } from './training-run.ts'

/**
 * Checks that a data set has batches as the recipe's sampler makes them; gives lines of warning.
 * @throws UsageError for what makes no batch of P × K, and where nobody has two images
 */
export function checkSampling(
  recipe: Recipe,
  { people, samples }: Pick<Dataset, 'people' | 'samples'>,
): string[] {
  const { sampler, batch, imagesPerPerson, loss } = recipe
  if (sampler !== 'pk')
    return lossOf(recipe).comparesPairs
      ? [
          `${loss}: compares images of one person within a batch, of which those of sampler ${sampler} hold few or none; --sampler pk has several of each`,
        ]
      : []
  checkPeople(people.length, { batch, imagesPerPerson })
  const counts = new Int32Array(people.length)
  for (const { label } of samples) counts[label]!++
  if (counts.every((count) => count < 2))
    throw new UsageError(
      `sampler pk: expected people with 2 or more images, got ${people.length} people with one image each`,
    )
  const alone = people.filter((_, label) => counts[label] === 1)
  const few = people.filter((_, label) => counts[label]! > 1 && counts[label]! < imagesPerPerson)
  const named = (names: readonly string[]): string =>
    names.slice(0, 5).join(', ') + (names.length > 5 ? `, … (${names.length} in all)` : '')
  return [
    ...(alone.length > 0
      ? [
          `sampler pk: of ${alone.length} people there is one image, which is compared with itself; --min-images 2 leaves them out: ${named(alone)}`,
        ]
      : []),
    ...(few.length > 0
      ? [
          `sampler pk: of ${few.length} people there are fewer than ${imagesPerPerson} images, a batch shows some twice: ${named(few)}`,
        ]
      : []),
  ]
}
