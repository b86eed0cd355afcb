import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { DataError } from '../../errors.ts'
import { duration } from '../progress.ts'
import type { Recipe } from '../train/recipe-settings.ts'
import type { SweepRun } from './sweep-expand.ts'
import { renderCrowd } from './sweep-faces.ts'
import type { Sweep } from './sweep-file.ts'
import { measuredMemory, memoryKey } from './sweep-memory.ts'
import { begunRecipe, finishRun, isFinished, sweepPlaces } from './sweep-run.ts'
import { checkSameEvaluations, readSweepState, writeSweepState } from './sweep-state.ts'
import { type Needs, threadsEach, workQueue } from './work-queue.ts'

/** What a sweep may use, where somebody said so. */
export interface SweepLimits {
  /** Runs at once. */
  readonly jobs?: number
  /** Threads of each run. */
  readonly threads?: number
  /** Bytes that all runs together may take. */
  readonly memory?: number
  /** Whether runs that ended in numbers that are none are tried again. */
  readonly retry?: boolean
}

/** A run that is to be done, with what it takes. */
interface Task extends Needs {
  readonly run: SweepRun
}

/**
 * Does what remains to be done of a sweep: renders its faces, sees what a run takes, and finishes runs, several at once.
 * @throws UsageError where a run was begun with other settings; DataError where one fails for another reason than its numbers
 */
export async function sweepWork(
  sweep: Sweep,
  runs: readonly SweepRun[],
  {
    out,
    limits,
    evaluations,
    signal,
    say,
  }: {
    readonly out: string
    readonly limits: SweepLimits
    /** The words of each evaluation by its name. */
    readonly evaluations: ReadonlyMap<string, readonly string[]>
    readonly signal: AbortSignal
    readonly say: (line: string) => void
  },
): Promise<void> {
  const places = sweepPlaces(out)
  const begun = new Map<string, Recipe>()
  for (const run of runs) {
    const before = await begunRecipe(out, run)
    if (before) begun.set(run.name, before)
  }
  let state = await readSweepState(places.state)
  checkSameEvaluations(state, sweep.evaluate)
  const failed = limits.retry ? {} : state.failed
  state = { ...state, failed, evaluate: { ...state.evaluate, ...sweep.evaluate } }
  await writeSweepState(places.state, state)
  for (const [crowd, faces] of Object.entries(sweep.faces)) {
    if (signal.aborted) return
    await renderCrowd(join(places.faces, crowd), faces, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
  const left = runs.filter((run) => !(run.name in failed) && !isFinished(out, run, evaluations.keys()))
  if (left.length < runs.length) say(`${runs.length - left.length} of ${runs.length} runs are done`)
  const cores = availableParallelism()
  const jobs = limits.jobs ?? cores
  const memoryBytes = limits.memory ?? 0.8 * memory()
  const threadsOf = ({ name, recipe }: SweepRun): number => {
    // Where memory allows fewer runs at once, each gets more of the cores.
    const most = Math.max(1, ...left.map((run) => state.memory[memoryKey(run.recipe)] ?? 0))
    const atOnce = Math.max(1, Math.min(jobs, Math.floor(memoryBytes / most)))
    const share = threadsEach(left.length, { cores, jobs: atOnce })
    return begun.get(name)?.threads || limits.threads || recipe.threads || share
  }
  if (jobs > 1 && left.length > 1)
    for (const run of left) {
      const key = memoryKey(run.recipe)
      if (signal.aborted || key in state.memory || begun.has(run.name)) continue
      say(`${run.name}: five steps, to see how much memory they take`)
      const bytes = await measuredMemory(out, { ...run, threads: threadsOf(run) }, signal)
      if (bytes === null) continue
      state = { ...state, memory: { ...state.memory, [key]: bytes } }
      await writeSweepState(places.state, state)
    }
  const tasks = left.map((run): Task => {
    const needed = state.memory[memoryKey(run.recipe)] ?? 0
    const shared = begun.has(run.name) ? undefined : run.recipe.cache
    return { run, threads: threadsOf(run), memoryBytes: needed, shared }
  })
  const supply = { jobs, threads: Math.max(cores, limits.threads ?? 0), memoryBytes }
  let count = runs.length - left.length
  await workQueue(tasks, {
    ...{ supply, signal, exists: existsSync },
    run: async ({ run, threads }) => {
      const started = performance.now()
      say(
        `${run.name}: ${begun.has(run.name) ? 'goes on' : 'starts'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      )
      const end = await finishRun(out, run, { threads, evaluations, signal, say })
      const took = duration((performance.now() - started) / 1000)
      if (end.kind === 'done') say(`${run.name}: done in ${took} (${++count} of ${runs.length})`)
      else if (end.kind === 'stopped') say(`${run.name}: stopped after ${took}`)
      else if (end.kind === 'failed')
        throw new DataError(`${run.name}: ${end.reason} (see ${places.log(run.name)})`)
      else {
        say(`${run.name}: failed after ${took}: ${end.reason}`)
        state = { ...state, failed: { ...state.failed, [run.name]: end.reason } }
        await writeSweepState(places.state, state)
      }
    },
  })
}

/** Memory that this process may count on. */
function memory(): number {
  const allowed = process.constrainedMemory()
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()
}
