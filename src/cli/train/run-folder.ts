import { existsSync } from 'node:fs'
import { readdir, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import { makeFolder } from '../files/make-folder.ts'
import { lockName, lockRun, refuseLiveRun } from './run-lock.ts'

/** Where the files of a run lie. */
export interface RunFolder {
  readonly path: string
  readonly recipe: string
  readonly checkpoint: string
  readonly metrics: string
  readonly model: string
  /** Angles and points for whoever watches, where the run was started with --live. */
  readonly live: string
}

/** A run folder in use by this process alone. */
export interface OpenRunFolder extends RunFolder {
  /** Lets other processes work on it. */
  release(): void
  /** Takes back what this process made, unless a checkpoint has come to lie there: then the run can go on from it; releases it. */
  discard(): Promise<void>
}

/** Names the files of a run; nothing is read or made. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    recipe: join(path, 'recipe.json'),
    checkpoint: join(path, 'checkpoint.bin'),
    metrics: join(path, 'metrics.jsonl'),
    model: join(path, 'model.onnx'),
    live: join(path, 'live.jsonl'),
  }
}

/** A file that a killed run was writing, or its lock: no part of it counts. */
const isLeftover = (name: string): boolean =>
  /^(recipe\.json|checkpoint\.bin|metrics\.jsonl|live\.jsonl|model\.onnx|run\.lock)\.tmp-\d+$/.test(name)
const isNothing = (name: string): boolean => isLeftover(name) || name === lockName

/** Whether a folder is there but holds nothing of a run: one that was killed as it began. */
export async function isBarelyBegun(path: string): Promise<boolean> {
  const there = await readdir(path).catch(() => null)
  return there?.every(isNothing) ?? false
}

/**
 * Makes the folder of a new run, for this process alone.
 * @throws UsageError when something lies there or another process works on it, DataError when it cannot be made
 */
export async function createRunFolder(path: string): Promise<OpenRunFolder> {
  await refuseLiveRun(path)
  await refuseFilled(path)
  let first: string | undefined
  try {
    first = await makeFolder(path)
  } catch (error) {
    throw new DataError(`${path}: folder cannot be made, ${fileProblem(error)}`)
  }
  const removeMade = async (): Promise<void> => {
    if (first !== undefined) await removeEmpty(resolve(path), resolve(first))
  }
  let release = (): void => {}
  try {
    release = await lockRun(path)
    // Another may have made its run between the look and the lock.
    await refuseFilled(path)
  } catch (error) {
    release()
    await removeMade()
    throw error
  }
  await removeLeftovers(path)
  const files = runFolder(path)
  return {
    ...files,
    release,
    async discard() {
      if (!existsSync(files.checkpoint) && existsSync(path)) {
        await removeLeftovers(path)
        for (const file of [files.recipe, files.metrics, files.live]) await rm(file, { force: true })
        release()
        await removeMade()
      }
      release()
    },
  }
}

async function refuseFilled(path: string): Promise<void> {
  const there = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    const why = error.code === 'ENOTDIR' ? 'is no folder, or lies below a file' : fileProblem(error)
    throw new UsageError(`--out: ${why}, got ${path}`)
  })
  if (!there.every(isNothing))
    throw new UsageError(
      `--out: folder exists and is not empty (use --resume to go on, or another name), got ${path}`,
    )
}

/** Opens the folder of a run that goes on, for this process alone. @throws UsageError when another process works on it */
export async function reopenRunFolder(path: string): Promise<OpenRunFolder> {
  const release = await lockRun(path)
  await removeLeftovers(path)
  return { ...runFolder(path), release, discard: async () => release() }
}

async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) if (isLeftover(name)) await unlink(join(path, name)).catch(() => {})
}

/** Removes folders from the inside out up to `last`; one that holds something ends it. */
async function removeEmpty(path: string, last: string): Promise<void> {
  for (let folder = path; folder.length >= last.length; folder = dirname(folder)) {
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}
