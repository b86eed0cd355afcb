import { stat } from 'node:fs/promises'
import sharp from 'sharp'
import { DataError } from '../errors.ts'
import { hasEndMark } from './end-mark.ts'

/** A picture in memory: `data` is uint8 RGB, row-major [height, width, 3]. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** How to decode. */
export interface DecodeOptions {
  /** What errors call the picture; a path is its own name. */
  readonly name?: string
  /** Turn the picture as its EXIF orientation says. */
  readonly orient?: boolean
  /** The most pixels that a picture may have. */
  readonly maxPixels?: number
}

/** The pixels that `decode` accepts at most when not told otherwise: 100 million, 300 MB of RGB. */
export const MAX_PIXELS = 100_000_000

// These settings hold for the whole process. One libvips thread a picture, since pictures are decoded side by side;
// no cache, since no picture is read twice soon; and of the decoders only those that face data come in.
sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff'].map((format) => `VipsForeignLoad${format}`),
})

/**
 * Decodes a JPEG, PNG, WebP, TIFF or GIF (its first frame), given as a path or as the bytes of a file, to RGB. Alpha is
 * dropped, grey is spread over three channels, 16 bits become 8, colour profiles are ignored (as OpenCV's `imread`
 * does). Decoding runs off the main thread, as many pictures at a time as there are threads in libuv's pool
 * (`UV_THREADPOOL_SIZE`, 4).
 * @throws DataError `path: why` for a file that is missing, damaged, cut short, too large or no picture.
 */
export async function decode(
  input: string | Uint8Array,
  {
    name = typeof input === 'string' ? input : 'picture',
    orient = true,
    maxPixels = MAX_PIXELS,
  }: DecodeOptions = {},
): Promise<Picture> {
  try {
    const { data, info } = await sharp(input, {
      failOn: 'error',
      limitInputPixels: maxPixels,
      autoOrient: orient,
      ignoreIcc: true,
    })
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`)
    return { width: info.width, height: info.height, data }
  } catch (error) {
    throw new DataError(`${name}: ${await why(error, input, maxPixels)}`)
  }
}

/** What went wrong, in one line of our words. */
async function why(error: unknown, input: string | Uint8Array, maxPixels: number): Promise<string> {
  const message = (error as Error).message.split('\n')[0]!
  if (/is missing/.test(message)) return 'no such file'
  if (/is empty/.test(message)) return 'the file is empty'
  if (/unsupported image format/.test(message)) {
    const found = typeof input === 'string' ? await stat(input).catch(() => null) : null
    if (found?.isDirectory()) return 'expected a picture, got a folder'
    return found?.size === 0 ? 'the file is empty' : 'not a JPEG, PNG, WebP, TIFF or GIF picture'
  }
  if (/pixel limit/.test(message)) {
    const { width, height } = await sharp(input, { limitInputPixels: false }).metadata()
    return `expected at most ${maxPixels} pixels, got ${width} x ${height}`
  }
  // libvips keeps one error text for the whole process: beside others that fail, a picture's own may be lost.
  if (
    /premature end|truncated|unexpected end|not enough data/i.test(message) ||
    (await hasEndMark(input)) === false
  )
    return 'the picture is cut short'
  return `cannot be decoded (${message.replace(/^Input (file|buffer) (has corrupt header: )?/, '')})`
}
