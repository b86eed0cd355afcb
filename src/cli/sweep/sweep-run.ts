import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../errors.ts'
import { writeWhole } from '../files/write-file.ts'
import { type Recipe, readRecipe, resolveRecipe } from '../train/recipe.ts'
import { isBarelyBegun, runFolder } from '../train/run-folder.ts'
import { refuseLiveRun } from '../train/run-lock.ts'
import { type ProgramRun, runProgram } from './program-run.ts'
import type { SweepRun } from './sweep-expand.ts'

/** Where the parts of a sweep lie below its folder. */
export const sweepPlaces = (out: string) => ({
  state: join(out, 'sweep.json'),
  runs: join(out, 'runs'),
  logs: join(out, 'logs'),
  faces: join(out, 'faces'),
  results: join(out, 'results.json'),
  table: join(out, 'table.txt'),
  run: (name: string): string => join(out, 'runs', name),
  log: (name: string): string => join(out, 'logs', `${name}.txt`),
  recipe: (name: string): string => join(out, 'logs', `${name}.recipe.json`),
  evaluation: (name: string, evaluation: string): string => join(out, 'runs', name, evaluation),
})

/** How the work on a run ended: all of it done, stopped where the same command goes on, or failed with a line that says why. */
export type RunEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'diverged'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** What remains to be done of a run: its training, or an evaluation at least. */
export function isFinished(out: string, { name }: SweepRun, evaluations: Iterable<string>): boolean {
  const places = sweepPlaces(out)
  return (
    existsSync(runFolder(places.run(name)).model) &&
    [...evaluations].every((each) => existsSync(join(places.evaluation(name, each), 'result.json')))
  )
}

/**
 * Trains a run, from where it stopped, and makes the evaluations that it lacks, each by the command of this program that a
 * user would give, in a process of its own.
 */
export async function finishRun(
  out: string,
  run: SweepRun,
  {
    threads,
    evaluations,
    signal,
    say,
  }: {
    readonly threads: number
    /** The words of each evaluation by its name. */
    readonly evaluations: ReadonlyMap<string, readonly string[]>
    readonly signal: AbortSignal
    readonly say: (line: string) => void
  },
): Promise<RunEnd> {
  const places = sweepPlaces(out)
  const folder = places.run(run.name)
  const log = places.log(run.name)
  if (!existsSync(runFolder(folder).model)) {
    await whenFree(folder, { signal, say: (line) => say(`${run.name}: ${line}`) })
    if (signal.aborted) return { kind: 'stopped' }
    const begun = existsSync(folder) && !(await isBarelyBegun(folder))
    await writeWhole(places.recipe(run.name), `${JSON.stringify({ ...run.recipe, threads }, null, 2)}\n`)
    const words = begun ? ['--resume'] : ['--recipe', places.recipe(run.name)]
    const end = endOf(
      await runProgram(['train', '--out', folder, '--json', ...words], { log, signal }),
      signal,
    )
    if (end.kind !== 'done') return end
    say(`${run.name}: trained`)
  }
  for (const [name, words] of evaluations) {
    if (signal.aborted) return { kind: 'stopped' }
    const place = places.evaluation(run.name, name)
    if (existsSync(join(place, 'result.json'))) continue
    // What a killed evaluation left: the folder is this sweep's own.
    await rm(place, { recursive: true, force: true })
    const model = ['--model', runFolder(folder).model, '--threads', String(threads)]
    const end = endOf(
      await runProgram([...words, ...model, '--out', place, '--json'], { log, signal }),
      signal,
    )
    if ('reason' in end) return { kind: 'failed', reason: `${name}: ${end.reason}` }
    if (end.kind !== 'done') return end
  }
  return { kind: 'done' }
}

/** How long a run of a sweep that was killed may take to notice it and to save. */
const patienceMs = 60_000

/** Waits while another process works on a run; one that goes on for longer is refused by the training itself. */
async function whenFree(
  folder: string,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<void> {
  const end = performance.now() + patienceMs
  for (let isFirst = true; !signal.aborted && performance.now() < end; isFirst = false) {
    const isFree = await refuseLiveRun(folder).then(
      () => true,
      () => false,
    )
    if (isFree) return
    if (isFirst)
      say('another process is at work on it, of a sweep that was killed perhaps: waiting for it to save')
    await new Promise((done) => setTimeout(done, 250))
  }
}

function endOf({ code, lastLine }: ProgramRun, { aborted }: AbortSignal): RunEnd {
  if (code === 0) return { kind: 'done' }
  // Told to stop before it could hear, a process ends without a word.
  if (code === 130 || (aborted && code !== 1)) return { kind: 'stopped' }
  if (code === 1) return { kind: 'diverged', reason: lastLine }
  return { kind: 'failed', reason: code === null ? 'killed from outside' : lastLine }
}

/** Settings that may be others when a run of a sweep goes on: nothing that is learnt depends on them. */
const free: ReadonlySet<string> = new Set(['threads', 'cache', 'checkpointEvery'])

/**
 * The recipe that a run was begun with, null where it was not; it must be the one that the sweep asks for.
 * @throws UsageError naming run, setting and both values
 */
export async function begunRecipe(out: string, { name, recipe }: SweepRun): Promise<Recipe | null> {
  const folder = sweepPlaces(out).run(name)
  const file = runFolder(folder).recipe
  if (!existsSync(file)) return null
  // Settings that an older version did not know are as they are without a word.
  const saved = resolveRecipe(await readRecipe(file), {}, { where: file })
  const before: Record<string, unknown> = { ...saved }
  const now: Record<string, unknown> = { ...recipe }
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const [was, is] = [before[key], now[key]].map((value) => JSON.stringify(sorted(value)) ?? 'none')
    if (!free.has(key) && was !== is)
      throw new UsageError(
        `--out: ${name} was begun with ${key} ${was}, the sweep asks for ${is} (use another folder), got ${out}`,
      )
  }
  return saved
}

/** An object with its keys in order, so that equal ones have one text. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
