import {
  cachedSource,
  checkPictures,
  type Dataset,
  fileSource,
  type ImageSource,
  readDataset,
  type TrainingDataOptions,
} from '../../data/index.ts'
import { progress } from '../progress.ts'
import type { Recipe } from './recipe.ts'
import { inputSize } from './training-run.ts'

/** Reads the list of images and says what it found and left out. */
export async function readTrainingSet(recipe: Recipe, say: (line: string) => void): Promise<Dataset> {
  const { images, list, records, landmarks, exclude, minImages, maxImages } = recipe
  const dataset = await readDataset({
    ...(images !== undefined && { images }),
    ...(list !== undefined && { list }),
    ...(records !== undefined && { records }),
    ...(landmarks !== undefined && { landmarks }),
    ...(exclude !== undefined && { exclude }),
    minImages,
    ...(maxImages !== undefined && { maxImages }),
    minPeople: 2,
  })
  const { report } = dataset
  const named = (names: readonly string[]): string =>
    names.slice(0, 3).join(', ') + (names.length > 3 ? `, … (${names.length} in all)` : '')
  say(`${dataset.samples.length} images of ${dataset.people.length} people`)
  if (!dataset.hasLandmarks) say('no landmarks: images are taken as already aligned')
  const notes: [string, readonly string[]][] = [
    ['images without landmarks, left out', report.withoutLandmarks],
    ['landmark rows that match no image', report.unmatchedRows],
    ['ambiguous landmark rows, not used', report.ambiguousRows],
    ['images that such rows name, left out', report.ambiguousImages],
    ['files that are no <person>/<image>', report.stray],
    ['lines of the exclude list that name nothing', report.unmatchedExcludes],
  ]
  for (const [what, names] of notes) if (names.length > 0) say(`${names.length} ${what}: ${named(names)}`)
  if (report.otherPeople)
    say(`property says ${report.otherPeople.stated} people, the records have ${report.otherPeople.found}`)
  if (report.excludedImages > 0) say(`${report.excludedImages} images excluded`)
  if (report.droppedPeople.length > 0)
    say(
      `${report.droppedPeople.length} people with fewer than ${minImages} images left out (${report.droppedImages} images)`,
    )
  if (report.cappedPeople > 0)
    say(
      `${report.cappedPeople} people with more than ${maxImages} images: ${report.cappedImages} of theirs left out`,
    )
  return dataset
}

/**
 * The images: decoded and aligned each time, or once into a cache that later runs share, which keeps the hash of the pictures'
 * bytes, so that they are not read again for it.
 */
export async function imageSource(
  dataset: Dataset,
  recipe: Recipe,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<ImageSource & { readonly contentHash?: string }> {
  const options = { ...inputSize(recipe.input), template: recipe.alignment }
  if (recipe.cache === 'none') return fileSource(dataset, options)
  const shown = progress({ total: dataset.samples.length, label: 'aligning', unit: 'images' })
  const source = await cachedSource(dataset, {
    ...options,
    file: recipe.cache,
    signal,
    onProgress: (done) => shown.update(done),
  })
  if (source.built) shown.finish()
  say(`${recipe.cache}: ${source.built ? `made, ${source.built}` : 'aligned images taken from here'}`)
  return source
}

/** How images are chosen and changed before they are learnt from. */
export const choicesOf = (recipe: Recipe): TrainingDataOptions => ({
  sampler: recipe.sampler,
  imagesPerPerson: recipe.imagesPerPerson,
  mirror: recipe.mirror,
  augmentation: recipe,
})

/**
 * Looks through all pictures and gives the hash of their bytes.
 * @throws DataError for pictures that cannot be used
 */
export async function lookThrough(dataset: Dataset, signal: AbortSignal): Promise<string> {
  const shown = progress({ total: dataset.samples.length, label: 'looking through', unit: 'images' })
  return checkPictures(dataset, {
    signal,
    onProgress: (done) => shown.update(done),
  }).finally(shown.finish)
}
