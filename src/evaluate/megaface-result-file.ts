import { DataError } from '../errors.ts'
import type { OfficialCmc, OfficialRoc } from './megaface-curves.ts'
import { jsonProblem } from './megaface-list.ts'
import { type OfficialJson, officialJson, real } from './official-json.ts'

/** What a `cmc_….json` file of the official tool holds. */
export interface CmcFile {
  readonly cmc: OfficialCmc
  readonly roc: OfficialRoc
  readonly traditionalCmc: OfficialCmc
}

/** One probe in a `matches_….json` file of the official tool. */
export interface MatchEntry {
  /** The best distractors by their place in the list, falling by score. */
  readonly distractors: { readonly idx: readonly number[]; readonly score: readonly number[] }
  /** The mates by their place in the list, and the number of distractors that score strictly higher. */
  readonly probes: { readonly idx: readonly number[]; readonly rank: readonly number[] }
}

/** What a result file is about. */
export interface ResultName {
  readonly probe: string
  readonly distractors: string
  readonly algorithm: string
  readonly size: number
  readonly set: number
}

/** The name of an official result file, `cmc_{probe}_{distractors}_{algorithm}_{size}_{set}.json`. */
export const resultFileName = (
  kind: 'cmc' | 'matches',
  { probe, distractors, algorithm, size, set }: ResultName,
): string => `${kind}_${probe}_${distractors}_${algorithm}_${size}_${set}.json`

/** The text of a `cmc_….json` file, byte by byte as the official tool writes it; shares are rounded to float32 as its are. */
export function formatCmcFile({ cmc, roc, traditionalCmc }: CmcFile): string {
  return officialJson({
    cmc: [cmc.rank, cmc.recall.map(single)],
    roc: [roc.far.map(single), roc.tar.map(single)],
    traditional_cmc: [traditionalCmc.rank, traditionalCmc.recall.map(single)],
  })
}

/** The text of a `matches_….json` file; scores are rounded to float32. */
export function formatMatchesFile(entries: readonly MatchEntry[]): string {
  return officialJson(
    entries.map(({ distractors, probes }) => ({
      distractors: { idx: distractors.idx, score: distractors.score.map(single) },
      probes: { idx: probes.idx, rank: probes.rank },
    })),
  )
}

const single = (value: number): OfficialJson => real(Math.fround(value))

/**
 * Reads a `cmc_….json` file.
 * @throws DataError `name: …` for anything else
 */
export function parseCmcFile(text: string, { name = 'cmc' } = {}): CmcFile {
  const value = parsed(text, name) as Record<string, unknown>
  const pair = (key: string): [number[], number[]] => {
    const both = value?.[key]
    if (!Array.isArray(both) || both.length !== 2)
      throw new DataError(`${name}: expected "${key}", two lists of numbers`)
    const [x, y] = both.map((list, k) => numbers(list, `${key} ${k}`, name)) as [number[], number[]]
    if (x.length !== y.length || x.length === 0)
      throw new DataError(
        `${name}: expected as many numbers in both lists of "${key}", got ${x.length} and ${y.length}`,
      )
    const shares = key === 'roc' ? [...x, ...y] : y
    const share = shares.find((number) => !(number >= 0 && number <= 1))
    if (share !== undefined) throw new DataError(`${name}: expected shares in "${key}", got ${share}`)
    // They were float32 before 16 digits of them were written.
    return [x, y.map(Math.fround)]
  }
  const cmc = (key: string): OfficialCmc => {
    const [rank, recall] = pair(key)
    wholes(rank, key, name)
    return { rank, recall }
  }
  const [far, tar] = pair('roc')
  return { cmc: cmc('cmc'), roc: { far: far.map(Math.fround), tar }, traditionalCmc: cmc('traditional_cmc') }
}

/**
 * Reads a `matches_….json` file.
 * @throws DataError `name: …` for anything else
 */
export function parseMatchesFile(text: string, { name = 'matches' } = {}): MatchEntry[] {
  const value = parsed(text, name)
  if (!Array.isArray(value)) throw new DataError(`${name}: expected a list with an entry for each probe`)
  return value.map((entry, i) => {
    const list = (part: string, key: string): number[] =>
      numbers(entry?.[part]?.[key], `${part}.${key} of probe ${i}`, name)
    const [idx, score] = [list('distractors', 'idx'), list('distractors', 'score')]
    const [mates, rank] = [list('probes', 'idx'), list('probes', 'rank')]
    for (const [a, b] of [
      [idx, score],
      [mates, rank],
    ] as const)
      if (a.length !== b.length)
        throw new DataError(
          `${name}: expected as many numbers in both lists of probe ${i}, got ${a.length} and ${b.length}`,
        )
    for (const whole of [idx, mates, rank]) wholes(whole, `probe ${i}`, name)
    return { distractors: { idx, score: score.map(Math.fround) }, probes: { idx: mates, rank } }
  })
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DataError(`${name}: no JSON, ${jsonProblem(error)}`)
  }
}

function numbers(value: unknown, what: string, name: string): number[] {
  if (!Array.isArray(value) || !value.every((number) => Number.isFinite(number)))
    throw new DataError(`${name}: expected a list of numbers as ${what}`)
  return value as number[]
}

function wholes(values: readonly number[], what: string, name: string): void {
  const wrong = values.find((value) => !Number.isSafeInteger(value) || value < 0)
  if (wrong !== undefined)
    throw new DataError(`${name}: expected whole numbers from 0 in ${what}, got ${wrong}`)
}
