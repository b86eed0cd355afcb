import { DataError } from '../errors.ts'
import { describeFailures } from './build-cache.ts'
import type { Dataset } from './dataset.ts'
import { contentHash, type PictureContentsOptions, pictureContents } from './picture-contents.ts'

/**
 * Reads the file of every picture of a data set, so that one that is missing, no picture, too large or cut short is found before
 * anything long begins; gives the `contentHash` of them all.
 * @throws DataError for pictures that cannot be used (all named together).
 * @throws the signal's reason.
 */
export async function checkPictures(
  dataset: Pick<Dataset, 'people' | 'samples'>,
  options: PictureContentsOptions = {},
): Promise<string> {
  const contents = await pictureContents(dataset, options)
  const failures = contents.flatMap(({ problem: message }, index) =>
    message === undefined ? [] : [{ index, message }],
  )
  if (failures.length > 0) throw new DataError(describeFailures(failures, contents.length))
  return contentHash(dataset, contents)
}
