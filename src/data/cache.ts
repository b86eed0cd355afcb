import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { stat } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { DataError, fileProblem } from '../errors.ts'
import { type BuildCacheOptions, buildCache } from './build-cache.ts'
import { type CacheHeader, imagePosition, openCache, readFully } from './cache-file.ts'
import type { Dataset } from './dataset.ts'
import { forEachIndex } from './parallel.ts'
import { type ImageSource, memorySource } from './source.ts'

/** How to cache. */
export interface CacheOptions extends BuildCacheOptions {
  /** The cache file. */
  readonly file: string
  /** Up to this size the images are held in memory; larger caches are read image by image. */
  readonly maxMemoryBytes?: number
}

/** The images of a cache file. */
export interface CachedSource extends ImageSource {
  /** Why the cache was built by this call, if it was: there was none, it was made of other things, or it was damaged. */
  readonly built?: 'absent' | 'stale' | 'damaged'
  readonly inMemory: boolean
  /** The `contentHash` of the pictures as they were when the cache was built. */
  readonly contentHash: string
  /** Closes the file. */
  close(): Promise<void>
}

/**
 * The images of a data set, decoded and aligned once and kept in one file. The file is built anew when it is not of this
 * list, these points, this size and alignment, or when a picture's size or time of change is another; whoever moves the
 * folder with its times keeps the cache. Each image is checked against its CRC-32 when it is read.
 * Reading throws DataError when the file was damaged meanwhile.
 * @throws DataError for pictures that cannot be used (all named together), a file that is no cache, or a full disk.
 * @throws the signal's reason when it stops the building.
 */
export async function cachedSource(
  dataset: Dataset,
  { file, maxMemoryBytes = 2 ** 30, ...options }: CacheOptions,
): Promise<CachedSource> {
  const { samples } = dataset
  const { height, width } = options
  const labels = Int32Array.from(samples, (sample) => sample.label)
  const key = await cacheKey(dataset, options)
  const expected = { count: samples.length, height, width, key }
  const inMemory = samples.length * height * width * 3 <= maxMemoryBytes

  let built: 'absent' | 'stale' | 'damaged' | undefined
  let opened = await openCache(file, expected)
  let pixels = typeof opened === 'string' || !inMemory ? undefined : await load(opened.handle, opened.header)
  if (typeof opened === 'string' || pixels === 'damaged') {
    built = typeof opened === 'string' ? opened : 'damaged'
    await buildCache(dataset, file, key, options)
    opened = await openCache(file, expected)
    if (typeof opened === 'string')
      throw new DataError(`${file}: another process changed it while it was built`)
    pixels = inMemory ? await load(opened.handle, opened.header) : undefined
  }
  const { handle, header } = opened
  const contentHash = Buffer.from(header.content).toString('hex')
  const about = { inMemory, contentHash, ...(built && { built }) }
  if (pixels === undefined) return { ...diskSource(file, handle, header, labels), ...about }
  if (pixels === 'damaged') throw new DataError(`${file}: the disk does not give back what was written`)
  return { ...memorySource({ pixels, labels, height, width }), ...about, close: async () => {} }
}

/** SHA-256 over all that the pixels depend on. */
async function cacheKey(
  { samples, hash }: Dataset,
  { height, width, template = 'sphereface', orient = true, parallel = 8 }: BuildCacheOptions,
): Promise<Uint8Array> {
  // Records share a file, which is asked once.
  const paths = [...new Set(samples.map(({ path }) => path))]
  const marks: string[] = []
  await forEachIndex(paths.length, parallel, async (i) => {
    const path = paths[i]!
    const info = await stat(path).catch((error: unknown) => {
      throw new DataError(`${path}: ${fileProblem(error)}`)
    })
    marks[i] = `${info.size} ${info.mtimeMs}`
  })
  return createHash('sha256')
    .update(JSON.stringify([hash, height, width, template, orient]))
    .update(marks.join('\n'))
    .digest()
}

/** All images, checked, and the file closed. */
async function load(handle: FileHandle, header: CacheHeader): Promise<Uint8Array | 'damaged'> {
  const size = header.height * header.width * 3
  const pixels = new Uint8Array(header.count * size)
  try {
    if ((await readFully(handle, pixels, imagePosition(header, 0))) < pixels.length) return 'damaged'
  } finally {
    await handle.close()
  }
  for (let i = 0; i < header.count; i++) {
    if (crc32(pixels.subarray(i * size, (i + 1) * size)) !== header.sums[i]) return 'damaged'
  }
  return pixels
}

/** Images that are read from the file one by one. */
function diskSource(
  file: string,
  handle: FileHandle,
  header: CacheHeader,
  labels: Int32Array,
): ImageSource & { close(): Promise<void> } {
  const { count, height, width, sums } = header
  const size = height * width * 3
  return {
    count,
    height,
    width,
    labels,
    async read(index, out, offset) {
      const image = out.subarray(offset, offset + size)
      await readFully(handle, image, imagePosition(header, index))
      if (crc32(image) !== sums[index]) {
        throw new DataError(`${file}: image ${index} is damaged; remove the file and it is built anew`)
      }
    },
    close: () => handle.close(),
  }
}
