import { readFile } from 'node:fs/promises'
import { DataError, UsageError } from '../../errors.ts'
import { writeWhole } from '../files/write-file.ts'
import type { SweepEvaluation } from './sweep-file.ts'

/** What a sweep's folder keeps besides its runs. */
export interface SweepState {
  /** Bytes that runs of one kind take, by `memoryKey`. */
  readonly memory: Readonly<Record<string, number>>
  /** Runs that ended in numbers that are none, with the line that says so: they are not tried again. */
  readonly failed: Readonly<Record<string, string>>
  /** The evaluations that the results were made by. */
  readonly evaluate: Readonly<Record<string, SweepEvaluation>>
}

/** Reads the state of a sweep; a new one where there is none. @throws DataError */
export async function readSweepState(path: string): Promise<SweepState> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return { memory: {}, failed: {}, evaluate: {} }
  try {
    const { memory, failed, evaluate } = JSON.parse(text) as SweepState
    return { memory: { ...memory }, failed: { ...failed }, evaluate: { ...evaluate } }
  } catch {
    throw new DataError(`${path}: is no state of a sweep`)
  }
}

/** Writes it, whole. @throws DataError */
export const writeSweepState = (path: string, state: SweepState): Promise<void> =>
  writeWhole(path, `${JSON.stringify(state, null, 2)}\n`)

/** An evaluation keeps its options while its name is kept: results of two kinds in one column would mislead. @throws UsageError */
export function checkSameEvaluations(
  { evaluate: before }: SweepState,
  now: Readonly<Record<string, SweepEvaluation>>,
): void {
  for (const [name, { protocol, options }] of Object.entries(now)) {
    const was = before[name]
    if (was && JSON.stringify([was.protocol, was.options]) !== JSON.stringify([protocol, options]))
      throw new UsageError(
        `evaluate.${name}: results were made with ${JSON.stringify(was.options)} (give it another name), got ${JSON.stringify(options)}`,
      )
  }
}
