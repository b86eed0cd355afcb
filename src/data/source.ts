import { readFile } from 'node:fs/promises'
import { DataError, fileProblem, ShapeError } from '../errors.ts'
import { type AlignOptions, alignFace } from '../image/align.ts'
import { decode } from '../image/decode.ts'
import { resize } from '../image/resize.ts'
import type { Dataset, Sample } from './dataset.ts'
import { readRecordImage } from './record-list.ts'

/** Images of one size with labels, wherever they come from. */
export interface ImageSource {
  readonly count: number
  readonly height: number
  readonly width: number
  /** int32 [count], from 0. */
  readonly labels: Int32Array
  /** Writes image `index`, uint8 RGB [height, width, 3], at `offset` of `out`. */
  read(index: number, out: Uint8Array, offset: number): void | Promise<void>
}

/** Pictures of one size, one after the other: `pixels` uint8 [N, H, W, 3], `labels` int32 [N]. */
export interface LabelledPixels {
  readonly pixels: Uint8Array
  readonly labels: Int32Array
  readonly height: number
  readonly width: number
}

/**
 * Images that lie in memory, say those of `syntheticFaces`.
 * @throws ShapeError when the lengths do not fit.
 */
export function memorySource({ pixels, labels, height, width }: LabelledPixels): ImageSource {
  const size = height * width * 3
  const count = labels.length
  if (pixels.length !== count * size) {
    throw new ShapeError(
      `memory source: expected ${count} x ${height} x ${width} x 3 bytes, got ${pixels.length}`,
    )
  }
  return {
    count,
    height,
    width,
    labels,
    read: (index, out, offset) => out.set(pixels.subarray(index * size, (index + 1) * size), offset),
  }
}

/** How the images of a data set are brought to one size. */
export interface FileSourceOptions extends AlignOptions {
  /** Turn pictures as their EXIF orientation says, before the points are looked at. */
  readonly orient?: boolean
}

/**
 * The images of a data set, decoded and aligned each time they are read: by their five points to the template where the
 * sample has points, else taken as already aligned and only brought to the size (`resize`).
 * Reading throws DataError `path: why` for a picture that cannot be decoded or aligned.
 */
export function fileSource(dataset: Pick<Dataset, 'samples'>, options: FileSourceOptions): ImageSource {
  const { samples } = dataset
  return {
    count: samples.length,
    height: options.height,
    width: options.width,
    labels: Int32Array.from(samples, (sample) => sample.label),
    read: async (index, out, offset) => readAligned(await withBytes(samples[index]!), options, out, offset),
  }
}

/** A sample whose image lies in a record, with the bytes of the picture and a path that names both; any other as it is. */
export async function withBytes(
  sample: Pick<Sample, 'path' | 'position' | 'name' | 'points'>,
): Promise<Pick<Sample, 'path' | 'points'> & { readonly bytes?: Uint8Array }> {
  const { path, position, name, points } = sample
  if (position === undefined) return sample
  const bytes = await readRecordImage(path, position, name)
  return { path: `${path}: record ${name}`, bytes, ...(points && { points }) }
}

/** The bytes of a sample's picture, wherever they lie, and a path that names it. @throws DataError `path: why`. */
export async function pictureBytes(
  sample: Pick<Sample, 'path' | 'position' | 'name' | 'points'>,
): Promise<Pick<Sample, 'path' | 'points'> & { readonly bytes: Uint8Array }> {
  const { bytes, ...held } = await withBytes(sample)
  if (bytes) return { ...held, bytes }
  try {
    return { ...held, bytes: await readFile(held.path) }
  } catch (error) {
    throw new DataError(`${held.path}: ${fileProblem(error)}`)
  }
}

/**
 * Decodes and aligns one sample, as `fileSource` does; from `bytes` where the file has been read already.
 * @throws DataError `path: why`.
 */
export async function readAligned(
  { path, points, bytes }: Pick<Sample, 'path' | 'points'> & { readonly bytes?: Uint8Array },
  { height, width, template, orient = true }: FileSourceOptions,
  out: Uint8Array,
  offset: number,
): Promise<void> {
  const picture = await decode(bytes ?? path, { name: path, orient })
  if (points === undefined) {
    resize(picture, { height, width }, out, offset)
    return
  }
  try {
    alignFace(
      picture,
      points,
      template === undefined ? { height, width } : { height, width, template },
      out,
      offset,
    )
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`)
    throw error
  }
}
