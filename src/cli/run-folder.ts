import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DataError, fileProblem, UsageError } from '../errors.ts'

/** Where the files of a run lie. */
export interface RunFolder {
  readonly path: string
  readonly recipe: string
  readonly checkpoint: string
  readonly metrics: string
  readonly model: string
}

/** A run folder in use. */
export interface OpenRunFolder extends RunFolder {
  /** Takes back what this process made, unless a checkpoint has come to lie there: then the run can go on from it. */
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
  }
}

/** A file that a killed run was writing: no part of it counts. */
const isLeftover = (name: string): boolean =>
  /^(recipe\.json|checkpoint\.bin|metrics\.jsonl|model\.onnx)\.tmp-\d+$/.test(name)

/** Whether a folder is there but holds nothing of a run: one that was killed as it began. */
export async function isBarelyBegun(path: string): Promise<boolean> {
  const there = await readdir(path).catch(() => null)
  return there?.every(isLeftover) ?? false
}

/** Makes the folder of a new run. @throws UsageError when something lies there, DataError when it cannot be made */
export async function createRunFolder(path: string): Promise<OpenRunFolder> {
  const there = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    const why = error.code === 'ENOTDIR' ? 'is no folder, or lies below a file' : fileProblem(error)
    throw new UsageError(`--out: ${why}, got ${path}`)
  })
  if (there?.some((name) => !isLeftover(name)))
    throw new UsageError(
      `--out: folder exists and is not empty (use --resume to go on, or another name), got ${path}`,
    )
  let first: string | undefined
  try {
    first = await mkdir(path, { recursive: true })
    await removeLeftovers(path)
  } catch (error) {
    throw new DataError(`${path}: folder cannot be made, ${fileProblem(error)}`)
  }
  const files = runFolder(path)
  return {
    ...files,
    async discard() {
      if (existsSync(files.checkpoint) || !existsSync(path)) return
      await removeLeftovers(path)
      for (const file of [files.recipe, files.metrics]) await rm(file, { force: true })
      if (first !== undefined) await removeEmpty(resolve(path), resolve(first))
    },
  }
}

/** Opens the folder of a run that goes on. */
export async function reopenRunFolder(path: string): Promise<OpenRunFolder> {
  await removeLeftovers(path)
  return { ...runFolder(path), discard: async () => {} }
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
