import { lstat, mkdir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import { makeFolder } from './make-folder.ts'

/** A folder that is filled out of sight. */
export interface StagedFolder {
  /** Where to write. */
  readonly path: string
  /** Moves what was written to where it belongs, the entries of `last` after all others. */
  publish(options?: { readonly last?: readonly string[] }): Promise<void>
  /** Removes what was written, and the folder where this made it. */
  discard(): Promise<void>
}

/** The folder inside the folder; hidden, so that nothing reads it as a person's. */
const STAGE = '.partial'

/**
 * Makes a new folder `out` to be filled in its subfolder `.partial`: until `publish` it holds nothing else, so a run that
 * dies leaves nothing that looks finished. It is inside, not beside, so that moving is renaming even where `out`
 * is a file system of its own.
 * @throws UsageError when `out` is no folder, or holds anything; DataError where it cannot be made
 */
export async function stagedFolder(out: string): Promise<StagedFolder> {
  await checkNewFolder(out)
  const path = join(out, STAGE)
  const impossible = (error: unknown) => new DataError(`${out}: folder cannot be made, ${fileProblem(error)}`)
  const first = await makeFolder(out).catch((error: unknown) => {
    throw impossible(error)
  })
  // Not recursive: of two runs only one makes it.
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? stageThere(out) : impossible(error)
  })
  return {
    path,
    async publish({ last = [] } = {}) {
      const names = (await readdir(path)).filter((name) => !last.includes(name))
      for (const name of [...names, ...last]) await rename(join(path, name), join(out, name))
      await rmdir(path)
    },
    async discard() {
      await rm(path, { recursive: true, force: true })
      // What mkdir made, from the inside out; a folder that someone else has put something in stays.
      const root = resolve(first ?? path)
      for (let made = resolve(out); made.length >= root.length; made = dirname(made))
        if (
          !(await rmdir(made).then(
            () => true,
            () => false,
          ))
        )
          break
    },
  }
}

const stageThere = (out: string) =>
  new UsageError(
    `--out: holds ${STAGE}: another run is writing there, or left it when it was killed and it can be deleted, got ${out}`,
  )

/**
 * Makes sure, before hours of work, that a new folder can be made at `out` and written; leaves nothing.
 * @throws UsageError, DataError as `stagedFolder` does
 */
export async function tryNewFolder(out: string): Promise<void> {
  await (await stagedFolder(out)).discard()
}

/** Whether a folder can be made or is empty. @throws UsageError when `out` is no folder, or holds anything. */
export async function checkNewFolder(out: string): Promise<void> {
  const there = await readdir(out).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      const isLink = await lstat(out).then(
        () => true,
        () => false,
      )
      if (!isLink) return undefined
      throw new UsageError(`--out: is a link that leads nowhere, got ${out}`)
    }
    const why = error.code === 'ENOTDIR' ? 'is no folder, or lies below a file' : fileProblem(error)
    throw new UsageError(`--out: ${why}, got ${out}`)
  })
  if (there?.includes(STAGE)) throw stageThere(out)
  if (there && there.length > 0) throw new UsageError(`--out: folder exists and is not empty, got ${out}`)
}

/** Whether `inner` is `outer` or lies below it, links resolved; `inner` need not exist. `outer` must. */
export async function liesIn(inner: string, outer: string): Promise<boolean> {
  let there = resolve(inner)
  while (dirname(there) !== there && (await realpath(there).catch(() => null)) === null)
    there = dirname(there)
  const from = `${await realpath(there)}${resolve(inner).slice(there.length)}${sep}`
  return from.startsWith(`${await realpath(outer)}${sep}`)
}
