import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../../errors.ts'
import { compareSettings, holm, type SettingsCompared } from '../../evaluate/index.ts'
import { deviation, mean } from '../../math/sum.ts'
import { runFolder } from '../train/run-folder.ts'
import type { SweepRun } from './sweep-expand.ts'
import type { SweepEvaluation } from './sweep-file.ts'
import { isFinished, sweepPlaces } from './sweep-run.ts'

/** A number of the runs of one setting, a value a seed. */
export interface MeasureOfSetting {
  readonly values: readonly number[]
  readonly mean: number
  /** The sample standard deviation over the seeds; null for fewer than two. */
  readonly spread: number | null
}

/** The finished runs that differ in their seed alone. */
export interface SettingResult {
  readonly setting: string
  readonly seeds: readonly number[]
  readonly runs: readonly string[]
  /** By name: `train loss`, `lfw accuracy`, …; one that a result does not hold is missing. */
  readonly measures: Readonly<Record<string, MeasureOfSetting>>
}

/** What a sweep has found so far. */
export interface SweepResults {
  readonly settings: readonly SettingResult[]
  /** Neighbours in the table, by the accuracies of their folds. */
  readonly comparisons: readonly ({
    readonly evaluation: string
    readonly first: string
    readonly second: string
    /** Its p over the folds and over the seeds, corrected for the number of all comparisons here (Holm). */
    readonly corrected: { readonly folds: number; readonly overSeeds: number }
  } & SettingsCompared)[]
  readonly unfinished: readonly string[]
  readonly failed: Readonly<Record<string, string>>
}

/** Collects the results of the runs that are finished. @throws DataError for a result that cannot be read */
export async function sweepResults(
  out: string,
  runs: readonly SweepRun[],
  {
    evaluate,
    failed,
  }: {
    readonly evaluate: Readonly<Record<string, SweepEvaluation>>
    readonly failed: Readonly<Record<string, string>>
  },
): Promise<SweepResults> {
  const names = Object.keys(evaluate)
  const finished = runs.filter((run) => isFinished(out, run, names))
  const known = await Promise.all(
    finished.map(async (run) => ({ run, ...(await readRun(out, run, evaluate)) })),
  )
  const groups = [...new Set(runs.map(({ group }) => group))]
    .map((setting) => ({ setting, members: known.filter(({ run }) => run.group === setting) }))
    .filter(({ members }) => members.length > 0)
  const settings = groups.map(({ setting, members }): SettingResult => {
    const measures: Record<string, MeasureOfSetting> = {}
    for (const name of new Set(members.flatMap(({ measures }) => Object.keys(measures)))) {
      const values = members.flatMap(({ measures: own }) => own[name] ?? [])
      measures[name] = { values, mean: mean(values), spread: values.length > 1 ? deviation(values) : null }
    }
    return {
      setting,
      seeds: members.map(({ run }) => run.recipe.seed),
      runs: members.map(({ run }) => run.name),
      measures,
    }
  })
  const compared = names.flatMap((evaluation) =>
    groups.slice(1).flatMap(({ setting, members }, i) => {
      const before = groups[i]!
      const folds = (of: typeof members) =>
        new Map(of.map(({ run, folds: own }) => [run.recipe.seed, own[evaluation] ?? []] as const))
      const found = compareSettings(folds(before.members), folds(members))
      return found ? [{ evaluation, first: before.setting, second: setting, ...found }] : []
    }),
  )
  const [ofFolds, ofSeeds] = (['folds', 'overSeeds'] as const).map((kind) =>
    holm(compared.map((each) => each[kind].p)),
  )
  const comparisons = compared.map((each, i) => ({
    ...each,
    corrected: { folds: ofFolds![i]!, overSeeds: ofSeeds![i]! },
  }))
  const done = new Set(finished)
  const unfinished = runs.filter((run) => !done.has(run) && !(run.name in failed)).map(({ name }) => name)
  return { settings, comparisons, unfinished, failed }
}

async function readRun(
  out: string,
  { name }: SweepRun,
  evaluate: Readonly<Record<string, SweepEvaluation>>,
): Promise<{ measures: Record<string, number>; folds: Record<string, readonly number[]> }> {
  const places = sweepPlaces(out)
  const measures: Record<string, number> = await trainMeasures(runFolder(places.run(name)).metrics)
  const folds: Record<string, readonly number[]> = {}
  for (const [evaluation, { measures: asked = ['accuracy'] }] of Object.entries(evaluate)) {
    const result = await readJson(join(places.evaluation(name, evaluation), 'result.json'))
    for (const measure of asked) {
      const value = numberAt(result, measure)
      if (value !== undefined) measures[`${evaluation} ${measure}`] = value
    }
    const own = (result as { folds?: unknown }).folds
    if (Array.isArray(own) && own.every((share) => typeof share === 'number')) folds[evaluation] = own
  }
  return { measures, folds }
}

/** The loss and the accuracy of training at its end: the means of the last twentieth of the steps. */
async function trainMeasures(path: string): Promise<Record<string, number>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line !== '')
  const last = lines.slice(-Math.max(1, Math.round(lines.length / 20))).map((line) => JSON.parse(line))
  return {
    'train loss': mean(last.map(({ loss }) => loss)),
    'train accuracy': mean(last.map(({ accuracy }) => accuracy)),
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new DataError(`${path}: result cannot be read, ${(error as Error).message.split('\n')[0]}`)
  }
}

/** The number at a path of names parted by points; a name may hold points itself (`tarAtFar.0.01`). */
function numberAt(value: unknown, path: string): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const there = value as Record<string, unknown>
  if (path in there) return typeof there[path] === 'number' ? there[path] : undefined
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const found = numberAt(there[path.slice(0, dot)], path.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}
