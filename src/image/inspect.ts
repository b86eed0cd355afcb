import sharp from 'sharp'
import { decode, MAX_PIXELS } from './decode.ts'
import { hasEndMark } from './end-mark.ts'

/**
 * Refuses a picture that `decode` would refuse, but reads only the two ends of a JPEG or PNG where these are as they should
 * be: a file that is no picture, too large, or cut short is found in a fraction of the time; damage within is not.
 * @throws DataError `path: why`.
 */
export async function inspect(path: string, { maxPixels = MAX_PIXELS } = {}): Promise<void> {
  // Whatever looks odd is decoded, which says what is wrong, or that nothing is.
  if (!(await looksWhole(path, maxPixels))) await decode(path, { maxPixels })
}

async function looksWhole(path: string, maxPixels: number): Promise<boolean> {
  try {
    const { width, height } = await sharp(path, { failOn: 'error', limitInputPixels: maxPixels }).metadata()
    return width * height <= maxPixels && (await hasEndMark(path)) === true
  } catch {
    return false
  }
}
