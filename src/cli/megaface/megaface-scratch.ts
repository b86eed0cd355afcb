import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DataError, fileProblem } from '../../errors.ts'
import { makeFolder } from '../files/make-folder.ts'
import { lockName, lockRun, refuseLiveRun } from '../train/run-lock.ts'

/** A folder for files that are too large for memory. */
export interface ScratchFolder {
  /** Its path; made when it is first asked for. */
  open(): Promise<string>
  /** Removes the files in it. */
  clear(): Promise<void>
  /** Removes it. */
  remove(): Promise<void>
}

const PREFIX = 'megaface-'

/**
 * A scratch folder beside the embedding cache, or among the machine's temporary files where there is none. It is gone when
 * the process ends, however politely; those of processes that were killed are removed when the next one makes its own.
 */
export function scratchFolder({ cache }: { readonly cache: string | false }): ScratchFolder {
  const parent = cache === false ? tmpdir() : dirname(cache)
  let made: Promise<{ readonly path: string; readonly forget: () => void }> | undefined
  const make = async () => {
    try {
      await makeFolder(parent)
      await removeDead(parent)
      const path = await mkdtemp(join(parent, PREFIX))
      const unlock = await lockRun(path)
      const removeNow = (): void => rmSync(path, { recursive: true, force: true })
      process.on('exit', removeNow)
      const forget = (): void => {
        unlock()
        process.off('exit', removeNow)
      }
      return { path, forget }
    } catch (error) {
      throw error instanceof DataError
        ? error
        : new DataError(`${parent}: cannot be written, ${fileProblem(error)}`)
    }
  }
  const there = () => made?.catch(() => undefined)
  return {
    open: async () => (await (made ??= make())).path,
    async clear() {
      const { path } = (await there()) ?? {}
      if (path === undefined) return
      for (const name of await readdir(path)) if (name !== lockName) await rm(join(path, name))
    },
    async remove() {
      const folder = await there()
      if (!folder) return
      await rm(folder.path, { recursive: true, force: true })
      folder.forget()
    },
  }
}

/** Removes the scratch folders of processes that are no more. */
async function removeDead(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = join(parent, name)
    // One without a lock is nobody's scratch folder, or is being made just now.
    if (!name.startsWith(PREFIX) || !existsSync(join(folder, lockName))) continue
    const isLive = await refuseLiveRun(folder).then(
      () => false,
      () => true,
    )
    if (!isLive) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}
