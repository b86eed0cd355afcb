import { appendFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { DataError, fileProblem } from '../../errors.ts'
import { writeWhole } from '../files/write-file.ts'

/** What is kept of one step: `step`, `loss`, `rate`, and metrics by name. */
export type MetricsLine = { readonly step: number } & Readonly<Record<string, number>>

/** Lines of numbers, one a step; written a few at a time, so that whoever looks in sees how the run goes. */
export interface MetricsLog {
  /** The lines of earlier steps, where a run goes on. */
  readonly before: readonly MetricsLine[]
  /** @throws DataError when they cannot be written */
  add(line: MetricsLine): void
  /** Brings everything to the disk. @throws DataError */
  flush(): Promise<void>
}

const linesAtATime = 20

/**
 * Opens the metrics of a run, in JSON a line. What lies behind `step` (of steps that will be done again) is dropped, and so is
 * a line that was cut short when the run was killed. Lines are written twenty at a time, or after `everyMs` for whoever watches.
 * @throws DataError
 */
export async function openMetrics(
  path: string,
  { step, everyMs = Number.POSITIVE_INFINITY }: { readonly step: number; readonly everyMs?: number },
): Promise<MetricsLog> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new DataError(`${path}: cannot be read, ${fileProblem(error)}`)
  })
  const before = text.split('\n').flatMap((line) => {
    const numbers = parsed(line)
    return numbers && numbers.step <= step ? [numbers] : []
  })
  await writeWhole(path, before.map((line) => `${JSON.stringify(line)}\n`).join(''))
  let waiting: string[] = []
  const problem = (error: unknown): DataError =>
    new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
  let written = performance.now()
  const append = (): void => {
    written = performance.now()
    const lines = waiting.join('')
    waiting = []
    try {
      if (lines) appendFileSync(path, lines)
    } catch (error) {
      throw problem(error)
    }
  }
  return {
    before,
    add: (line) => {
      waiting.push(`${JSON.stringify(line)}\n`)
      if (waiting.length >= linesAtATime || performance.now() - written >= everyMs) append()
    },
    flush: async () => {
      append()
      try {
        const file = await open(path, 'r+')
        await file.sync().finally(() => file.close())
      } catch (error) {
        throw problem(error)
      }
    },
  }
}

function parsed(line: string): MetricsLine | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'step' in value && typeof value.step === 'number'
      ? (value as MetricsLine)
      : null
  } catch {
    return null
  }
}
