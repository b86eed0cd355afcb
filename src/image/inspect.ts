import sharp from 'sharp'
import { decode, MAX_PIXELS } from './decode.ts'
import { hasEndMark } from './end-mark.ts'

/**
 * Refuses a picture (a path, or the bytes of a file) that `decode` would refuse, but reads only the two ends of a JPEG or PNG where these are as they should
 * be: a file that is no picture, too large, or cut short is found in a fraction of the time; damage within is not.
 * @throws DataError `path: why`.
 */
export async function inspect(
  input: string | Uint8Array,
  {
    name = typeof input === 'string' ? input : 'picture',
    maxPixels = MAX_PIXELS,
  }: { readonly name?: string; readonly maxPixels?: number } = {},
): Promise<void> {
  // Whatever looks odd is decoded, which says what is wrong, or that nothing is.
  if (!(await looksWhole(input, maxPixels))) await decode(input, { name, maxPixels })
}

async function looksWhole(input: string | Uint8Array, maxPixels: number): Promise<boolean> {
  try {
    const { width, height } = await sharp(input, { failOn: 'error', limitInputPixels: maxPixels }).metadata()
    return width * height <= maxPixels && (await hasEndMark(input)) === true
  } catch {
    return false
  }
}
