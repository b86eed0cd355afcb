import { DataError } from '../errors.ts'
import { inspect } from '../image/inspect.ts'
import { describeFailures } from './build-cache.ts'
import type { Dataset } from './dataset.ts'
import { forEachIndex } from './parallel.ts'
import { withBytes } from './source.ts'

/** How to look through pictures. */
export interface CheckPicturesOptions {
  /** How many at a time. */
  readonly parallel?: number
  /** Called with the number done and the number in all. */
  readonly onProgress?: (done: number, total: number) => void
  /** Stops the check. */
  readonly signal?: AbortSignal
}

/**
 * Looks at both ends of every picture of a data set, so that one that is missing, no picture, too large or cut short is
 * found before anything long begins.
 * @throws DataError for pictures that cannot be used (all named together).
 * @throws the signal's reason.
 */
export async function checkPictures(
  { samples }: Pick<Dataset, 'samples'>,
  { parallel = 8, onProgress, signal }: CheckPicturesOptions = {},
): Promise<void> {
  const failures: { readonly index: number; readonly message: string }[] = []
  let done = 0
  await forEachIndex(samples.length, parallel, async (index) => {
    signal?.throwIfAborted()
    try {
      const { path, bytes } = await withBytes(samples[index]!)
      await inspect(bytes ?? path, { name: path })
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      failures.push({ index, message: error.message })
    }
    onProgress?.(++done, samples.length)
  })
  if (failures.length > 0) throw new DataError(describeFailures(failures, samples.length))
}
