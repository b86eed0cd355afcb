import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { DataError, fileProblem } from '../errors.ts'
import { encodeHeader, imagePosition, writeFully } from './cache-file.ts'
import type { Dataset } from './dataset.ts'
import { forEachIndex } from './parallel.ts'
import { contentHash, type PictureContent } from './picture-contents.ts'
import { type FileSourceOptions, pictureBytes, readAligned } from './source.ts'

/** How to build a cache. */
export interface BuildCacheOptions extends FileSourceOptions {
  /** Images decoded at a time. */
  readonly parallel?: number
  /** Called after each image with how many are done. */
  readonly onProgress?: (done: number, total: number) => void
  /** Stops the building; nothing is left behind. */
  readonly signal?: AbortSignal
}

/** Images are written a few megabytes at a time. */
const SLAB_BYTES = 1 << 23
let builds = 0

/**
 * Decodes and aligns all samples into a cache file, under a temporary name in the same folder until it is whole and
 * synced. Each picture is read once, for its pixels and for its hash. What a killed process left there is removed.
 * @throws DataError naming the pictures that cannot be used, all together (the first ten in words), or a full disk.
 * @throws the signal's reason when it stops the building.
 */
export async function buildCache(
  dataset: Pick<Dataset, 'people' | 'samples'>,
  file: string,
  key: Uint8Array,
  options: BuildCacheOptions,
): Promise<void> {
  const part = `${file}.part-${process.pid}-${builds++}`
  let handle: FileHandle | undefined
  try {
    await mkdir(dirname(file), { recursive: true })
    await removeLeftovers(file)
    handle = await open(part, 'w')
    const { sums, contents } = await writeImages(handle, dataset, options)
    const { height, width } = options
    const content = Buffer.from(contentHash(dataset, contents), 'hex')
    await writeFully(handle, encodeHeader({ count: sums.length, height, width, key, content, sums }), 0)
    await handle.sync()
    await handle.close()
    handle = undefined
    await rename(part, file)
  } catch (error) {
    await handle?.close().catch(() => {})
    await rm(part, { force: true }).catch(() => {})
    const isSystem = (error as NodeJS.ErrnoException).syscall !== undefined
    throw isSystem ? new DataError(`${file}: ${fileProblem(error)}`) : error
  }
}

async function writeImages(
  handle: FileHandle,
  { samples }: Pick<Dataset, 'samples'>,
  { parallel = 8, onProgress, signal, ...how }: BuildCacheOptions,
): Promise<{ readonly sums: Uint32Array; readonly contents: readonly PictureContent[] }> {
  const size = how.height * how.width * 3
  const shape = { count: samples.length, height: how.height, width: how.width }
  const sums = new Uint32Array(samples.length)
  const contents = new Array<PictureContent>(samples.length)
  const failures: { readonly index: number; readonly message: string }[] = []
  const perSlab = Math.max(1, Math.floor(SLAB_BYTES / size))
  let done = 0
  let writing = Promise.resolve()
  for (let first = 0; first < samples.length; first += perSlab) {
    const slab = new Uint8Array(Math.min(perSlab, samples.length - first) * size)
    await forEachIndex(slab.length / size, parallel, async (i) => {
      signal?.throwIfAborted()
      try {
        const picture = await pictureBytes(samples[first + i]!)
        contents[first + i] = { sha256: createHash('sha256').update(picture.bytes).digest('hex') }
        await readAligned(picture, how, slab, i * size)
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        failures.push({ index: first + i, message: error.message })
      }
      sums[first + i] = crc32(slab.subarray(i * size, (i + 1) * size))
      onProgress?.(++done, samples.length)
    })
    await writing
    // The disk writes one slab while the next is decoded; a failure is thrown at the next await.
    writing = writeFully(handle, slab, imagePosition(shape, first))
    writing.catch(() => {})
  }
  await writing
  if (failures.length > 0) throw new DataError(describeFailures(failures, samples.length))
  return { sums, contents }
}

/** One line that names the first pictures that cannot be used and counts the others. */
export function describeFailures(failures: { index: number; message: string }[], total: number): string {
  const named = failures
    .sort((a, b) => a.index - b.index)
    .slice(0, 10)
    .map((failure) => failure.message)
  if (failures.length === 1) return named[0]!
  const more = failures.length > named.length ? `; and ${failures.length - named.length} more` : ''
  return `${failures.length} of ${total} pictures cannot be used: ${named.join('; ')}${more}`
}

/** Removes unfinished caches of processes that are no more. */
async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file)
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(`${basename(file)}.part-`) && /\.part-(\d+)-\d+$/.exec(name)?.[1]
    if (pid && !isRunning(Number(pid))) await rm(join(folder, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
