import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, fileProblem } from '../errors.ts'
import { readFully } from './cache-file.ts'
import type { ListedImage } from './folder.ts'
import { readText, textLines } from './read-text.ts'
import { firstPartBytes, type RecordProblem, readImageRecord, recordLabels } from './record-io.ts'

/** The images of a RecordIO file, and what `property` says of them. */
export interface RecordList {
  /** In the order of the index; `path` is that of the file, `name` is `label/number`, `person` the label in decimal. */
  readonly images: readonly ListedImage[]
  /** How many people `property` says there are; absent without the file. */
  readonly people?: number
}

/** A block that is read at a time while labels are looked at. */
const BLOCK = 1 << 22

/**
 * Lists the images of InsightFace's RecordIO: a folder with `train.rec`, `train.idx` (`number<tab>offset` a line) and, if at
 * hand, `property` (`people,height,width`). Record 0 with two labels says which records are images (1 … its first label − 1)
 * and which describe people; without it all are images. Labels are read from the records, and each is checked to begin where
 * the index says and to end within the file.
 * @throws DataError for files that are missing, lines and records that are not what they should be (the first five named).
 */
export async function readRecords(folder: string): Promise<RecordList> {
  const [file, index] = [join(folder, 'train.rec'), join(folder, 'train.idx')]
  const entries = await readIndex(index)
  const people = await readProperty(join(folder, 'property'))
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (error) {
    throw new DataError(`${file}: ${fileProblem(error)}`)
  }
  try {
    const images = await listed(handle, { file, index, entries })
    return { images, ...(people !== undefined && { people }) }
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(`${file}: ${fileProblem(error)}`)
  } finally {
    await handle.close()
  }
}

/**
 * The bytes of the picture in the record at `position` of a RecordIO file.
 * @throws DataError `file: record …` when the file was changed since it was listed.
 */
export async function readRecordImage(file: string, position: number, name: string): Promise<Uint8Array> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file)
    const record = await readImageRecord(handle, position)
    if (typeof record === 'string') throw new DataError(`${file}: record ${name} is ${record}`)
    return record.image
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(`${file}: ${fileProblem(error)}`)
  } finally {
    await handle?.close()
  }
}

interface Entry {
  readonly number: number
  readonly position: number
}

async function readIndex(file: string): Promise<readonly Entry[]> {
  const seen = new Set<number>()
  const entries = textLines(await readText(file)).map(({ line, text }): Entry => {
    const match = /^(\d{1,15})\s+(\d{1,15})$/.exec(text)
    if (!match)
      throw new DataError(`${file}:${line}: expected "number<tab>offset", got "${text.slice(0, 100)}"`)
    const number = Number(match[1])
    if (seen.has(number))
      throw new DataError(`${file}:${line}: expected each record once, got ${number} again`)
    seen.add(number)
    return { number, position: Number(match[2]) }
  })
  if (entries.length === 0) throw new DataError(`${file}: expected lines of "number<tab>offset", got none`)
  return entries
}

async function readProperty(file: string): Promise<number | undefined> {
  if (!(await stat(file).catch(() => null))) return undefined
  const text = (await readText(file)).trim()
  if (!/^\d{1,9},\d{1,5},\d{1,5}$/.test(text))
    throw new DataError(`${file}: expected "people,height,width", got "${text.slice(0, 100)}"`)
  return Number(text.split(',')[0])
}

async function listed(
  handle: FileHandle,
  {
    file,
    index,
    entries,
  }: { readonly file: string; readonly index: string; readonly entries: readonly Entry[] },
): Promise<ListedImage[]> {
  const { size } = await handle.stat()
  const labelsAt = labelReader(handle, size)
  // In the file's own order each block is read once.
  const order = entries.map((_, i) => i).sort((a, b) => entries[a]!.position - entries[b]!.position)
  const labels = new Array<readonly number[]>(entries.length)
  const problems: { readonly number: number; readonly position: number; readonly problem: RecordProblem }[] =
    []
  for (const i of order) {
    const found = await labelsAt(entries[i]!.position)
    if (typeof found === 'string') problems.push({ ...entries[i]!, problem: found })
    else labels[i] = found
  }
  if (problems.length > 0)
    throw new DataError(describeProblems(problems, { file, index, size, total: entries.length }))
  const twice = order.findIndex(
    (i, at) => at > 0 && entries[i]!.position === entries[order[at - 1]!]!.position,
  )
  if (twice > 0) {
    const [one, other] = [entries[order[twice - 1]!]!, entries[order[twice]!]!]
    throw new DataError(
      `${index}: expected a place for each record, got ${one.position} for ${one.number} and ${other.number}`,
    )
  }
  const zero = entries.findIndex(({ number }) => number === 0)
  // With two labels it is about the others, and no image itself.
  const end = zero >= 0 && labels[zero]!.length >= 2 ? labels[zero]![0]! : undefined
  const isImage = (number: number): boolean => end === undefined || (number >= 1 && number < end)
  const images = entries.flatMap(({ number, position }, i): ListedImage[] => {
    if (!isImage(number)) return []
    const label = labels[i]![0]!
    if (!(Number.isInteger(label) && label >= 0))
      throw new DataError(`${file}: record ${number}: expected a whole number from 0 as label, got ${label}`)
    return [{ path: file, name: `${label}/${number}`, person: String(label), position }]
  })
  const missing = end === undefined ? 0 : end - 1 - images.length
  if (missing > 0)
    throw new DataError(`${index}: expected ${end! - 1} images, as record 0 says, got ${images.length}`)
  if (images.length === 0)
    throw new DataError(`${file}: expected images, got none in ${entries.length} records`)
  return images
}

/** Reads the labels of records at growing positions, from blocks of a few megabytes. */
function labelReader(handle: FileHandle, size: number) {
  let block = Buffer.alloc(0)
  let start = 0
  const at = async (position: number, length: number): Promise<Buffer> => {
    if (position < start || position + length > start + block.length) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(Math.max(BLOCK, length), size - position)))
      block = bytes.subarray(0, await readFully(handle, bytes, position))
      start = position
    }
    return block.subarray(position - start, position - start + length)
  }
  return async (position: number): Promise<readonly number[] | RecordProblem> => {
    for (let length = 32; ; ) {
      const head = await at(position, length)
      const found = recordLabels(head)
      if (typeof found === 'string') return found
      if ('needs' in found) {
        if (head.length < length) return 'cut short'
        length = found.needs
        continue
      }
      return position + firstPartBytes(head) > size ? 'cut short' : found
    }
  }
}

/** One line that names the first five. */
function describeProblems(
  problems: readonly {
    readonly number: number
    readonly position: number
    readonly problem: RecordProblem
  }[],
  { file, index, size, total }: { file: string; index: string; size: number; total: number },
): string {
  const { problem } = problems[0]!
  const alike = problems.filter((each) => each.problem === problem)
  const named = alike
    .slice(0, 5)
    .map(({ number, position }) => `${number} at ${position}`)
    .join(', ')
  const these = `${named}${alike.length > 5 ? ', …' : ''}`
  const count = `${alike.length} of ${total} records`
  if (problem === 'misplaced')
    return `${index}: ${count} do not begin in ${file} where the index says: ${these}`
  if (problem === 'cut short') return `${file}: cut short, ends at ${size}, but ${count} end later: ${these}`
  return `${file}: ${count} are damaged: ${these}`
}
