import { appendFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { DataError, fileProblem } from '../../errors.ts'
import { degreesOfCosine } from '../../math/angle.ts'
import type { Progress } from '../../train/index.ts'
import { writeWhole } from '../files/write-file.ts'

/** How many bins of 5° the angles from 0° to 180° fall into. */
export const angleBins = 36

/** What was seen since the line before, as a run's `live.jsonl` holds it. */
export interface LiveLine {
  /** The last step that it covers. */
  readonly step: number
  readonly imagesPerSecond: number
  /** Counts of angles in bins of 5°: to the own prototype, and to the nearest other. */
  readonly own: readonly number[]
  readonly other: readonly number[]
  /** Of the last batch, where the embedding has two or three dimensions: [..., label] each; and the prototypes. */
  readonly points?: readonly (readonly number[])[]
  readonly prototypes?: readonly (readonly number[])[]
}

/** Writes what a watched run shows besides its metrics. */
export interface LiveLog {
  /** @throws DataError when it cannot be written */
  take(progress: Progress): void
  /** Writes what is still waiting. @throws DataError */
  flush(): void
}

/** Of a batch so many points are kept at the most. */
const mostPoints = 256

/**
 * Opens the live file of a run; lines of steps that will be done again are dropped. A line is written every `everyMs`, whatever the
 * number of steps, so that the file stays small and training pays nothing for who watches. @throws DataError
 */
export async function openLiveLog(
  path: string,
  {
    step,
    batch,
    everyMs = 1000,
  }: { readonly step: number; readonly batch: number; readonly everyMs?: number },
): Promise<LiveLog> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const kept = text.split('\n').filter((line) => isBefore(line, step))
  await writeWhole(path, kept.map((line) => `${line}\n`).join(''))
  let [own, other] = [blank(), blank()]
  let waiting: Progress | null = null
  let images = 0
  let since = performance.now()
  const write = (): void => {
    if (!waiting) return
    const { step: last, arrays = {} } = waiting
    const now = performance.now()
    const { points, pointLabels: labels, prototypes } = arrays
    const line: LiveLine = {
      step: last,
      imagesPerSecond: Number(((1000 * images) / Math.max(1, now - since)).toPrecision(4)),
      own,
      other,
      ...(points && labels && { points: rows(points, labels.length, labels).slice(0, mostPoints) }),
      ...(points &&
        labels &&
        prototypes && { prototypes: rows(prototypes, prototypes.length / (points.length / labels.length)) }),
    }
    ;[own, other, waiting, images, since] = [blank(), blank(), null, 0, now]
    try {
      appendFileSync(path, `${JSON.stringify(line)}\n`)
    } catch (error) {
      throw new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
    }
  }
  return {
    take(progress) {
      count(own, progress.arrays?.own)
      count(other, progress.arrays?.other)
      waiting = progress
      images += batch
      if (performance.now() - since >= everyMs) write()
    },
    flush: write,
  }
}

const blank = (): number[] => new Array<number>(angleBins).fill(0)

/** Counts cosines by their angle; what is no number is left out. */
function count(bins: number[], cosines: Float32Array = new Float32Array(0)): void {
  for (const cosine of cosines) {
    const bin = Math.min(angleBins - 1, Math.floor((degreesOfCosine(cosine) * angleBins) / 180))
    if (!Number.isNaN(bin)) bins[bin]!++
  }
}

/** Rows of three digits, with the label at the end of each where there are labels. */
function rows(data: Float32Array, count: number, labels?: Float32Array): number[][] {
  const columns = data.length / count
  return Array.from({ length: count }, (_, i) => [
    ...Array.from(data.subarray(i * columns, (i + 1) * columns), (value) => Number(value.toFixed(3))),
    ...(labels ? [labels[i]!] : []),
  ])
}

function isBefore(line: string, step: number): boolean {
  try {
    const value = JSON.parse(line) as { readonly step?: unknown }
    return typeof value.step === 'number' && value.step <= step
  } catch {
    return false
  }
}
