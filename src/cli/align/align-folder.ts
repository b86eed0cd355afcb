import { mkdir, open, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LANDMARK_COLUMNS } from '../../data/landmarks.ts'
import { gate } from '../../data/parallel.ts'
import { type Choice, cutFace, type Detect, type Face, findFace } from '../../detect/index.ts'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import { decode, encodePng, type Picture, type Size } from '../../image/index.ts'
import { liesIn, stagedFolder } from '../files/staged-folder.ts'
import { inOrder } from './in-order.ts'
import { type Photograph, photographs } from './photographs.ts'

/** How to align a folder. */
export interface AlignFolderOptions extends Size {
  /** The folder to make: crops under the photographs' own paths, `landmarks.csv`, `refused.csv`. */
  readonly out: string
  readonly detect: Detect
  readonly choice?: Choice
  readonly minScore?: number
  readonly maxSide?: number
  readonly signal?: AbortSignal
  /** Called for each photograph that is done with, and once before the first. */
  readonly onProgress?: (report: AlignReport) => void
}

/** What became of a folder of photographs. */
export interface AlignReport {
  /** Photographs that were found. */
  readonly photographs: number
  readonly aligned: number
  readonly refused: number
  /** How often each reason was given, the first 50 reasons apart and the rest under `other`. */
  readonly reasons: Readonly<Record<string, number>>
  /** Files that are no photographs by their extension. */
  readonly others: number
}

/** The two lists, beside the crops. */
export const LANDMARKS_FILE = 'landmarks.csv'
export const REFUSED_FILE = 'refused.csv'

/**
 * Finds the face in each photograph of a folder and the folders below it, and cuts it out: `out` gets a PNG for each,
 * at the photograph's own path; `landmarks.csv`, the five points in pixels of the upright photograph, two decimals;
 * and `refused.csv`, the photographs without a crop, with the reason. Crops are PNG, since they are what a network is
 * trained on: a second JPEG would lay its blocks over the first one's. `out` shows its contents when all is done; on a
 * failure or an abort nothing is left of it. Memory does not grow with the number of photographs.
 * @throws DataError when the folder cannot be read, holds no photograph, or `out` cannot be written.
 * @throws UsageError when `out` lies in the folder or holds anything.
 * @throws the reason of `signal` when it is aborted.
 */
export async function alignFolder(
  directory: string,
  { out, signal, onProgress = () => {}, ...options }: AlignFolderOptions,
): Promise<AlignReport> {
  const { total, others } = await count(directory)
  if (await liesIn(out, directory))
    throw new UsageError(`--out: expected a folder outside ${directory}, got ${out}`)
  const stage = await stagedFolder(out)
  try {
    const reasons = new Map<string, number>()
    let aligned = 0
    let refused = 0
    const report = (): AlignReport => ({
      photographs: total,
      aligned,
      refused,
      reasons: Object.fromEntries(reasons),
      others,
    })
    const landmarks = await open(join(stage.path, LANDMARKS_FILE), 'w')
    const refusals = await open(join(stage.path, REFUSED_FILE), 'w')
    try {
      await landmarks.appendFile(csvLine(LANDMARK_COLUMNS))
      await refusals.appendFile(csvLine(['image', 'reason']))
      onProgress(report())
      const work = (photograph: Photograph) =>
        alignOne(directory, photograph, { ...options, out: stage.path })
      for await (const { path, points, reason } of inOrder(until(photographs(directory), signal), work)) {
        if (points) {
          aligned++
          await landmarks.appendFile(csvLine([path, ...points.map((at) => at.toFixed(2))]))
        } else {
          refused++
          await refusals.appendFile(csvLine([path, reason]))
          const kind = reasons.has(reason) || reasons.size < 50 ? reason : 'other'
          reasons.set(kind, (reasons.get(kind) ?? 0) + 1)
        }
        onProgress(report())
      }
      await Promise.all([landmarks.sync(), refusals.sync()])
    } finally {
      await Promise.all([landmarks.close(), refusals.close()])
    }
    signal?.throwIfAborted()
    await stage.publish({ last: [REFUSED_FILE, LANDMARKS_FILE] })
    return report()
  } catch (error) {
    await stage.discard()
    // Only the writing meets the file system unguarded.
    if (error instanceof Error && 'syscall' in error)
      throw new DataError(`${out}: cannot be written, ${fileProblem(error)}`)
    throw error
  }
}

type Outcome =
  | { readonly path: string; readonly points: readonly number[]; readonly reason?: undefined }
  | { readonly path: string; readonly points?: undefined; readonly reason: string }

/** One photograph's crop, written, or the reason why there is none. */
async function alignOne(
  directory: string,
  { path, crop }: Photograph,
  { out, detect, height, width, ...options }: Omit<AlignFolderOptions, 'signal' | 'onProgress'>,
): Promise<Outcome> {
  const picture = await read(join(directory, path), path)
  if (picture instanceof DataError) return { path, reason: picture.message.slice(`${path}: `.length) }
  const face: Face | undefined = await findFace(detect, picture, options)
  if (face === undefined) return { path, reason: 'no face found' }
  const pixels = cutFace(picture, face.points, { height, width })
  const png = await encodePng(pixels, { height, width })
  const file = join(out, crop)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, png, { flush: true })
  return { path, points: face.points }
}

const alone = gate(1)

/**
 * The picture, or why there is none. libvips keeps one error text for the whole process, so that of two pictures that
 * fail at once one may get the other's, or none: a failure is looked at again, one at a time.
 */
async function read(file: string, name: string): Promise<Picture | DataError> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (attempt === 1 ? decode(file, { name }) : alone(() => decode(file, { name })))
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      const lost = error.message.includes('Unknown error')
      if (attempt >= 5 || (attempt >= 2 && !lost)) return error
    }
  }
}

/** How many photographs and other files there are. @throws DataError */
async function count(directory: string): Promise<{ total: number; others: number }> {
  const there = await stat(directory).catch((error: unknown) => {
    throw new DataError(`${directory}: ${fileProblem(error)}`)
  })
  if (!there.isDirectory()) throw new DataError(`${directory}: expected a folder, got a file`)
  let total = 0
  let others = 0
  for await (const _ of photographs(directory, { onOther: () => others++ })) total++
  if (total === 0) throw new DataError(`${directory}: expected photographs, got none in ${others} files`)
  return { total, others }
}

/** The same items until the signal is aborted; then its reason is thrown. */
async function* until<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const item of items) {
    signal?.throwIfAborted()
    yield item
  }
}

/** A record of a CSV file (RFC 4180). */
function csvLine(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\n`
}
