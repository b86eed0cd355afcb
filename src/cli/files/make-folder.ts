import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing, one by one: a recursive mkdir of Node never ends where the system says
 * of a folder below one that exists that there is no such folder, as /proc does. Gives the first that was made, if any.
 * @throws the error of the file system
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = []
  let at = resolve(path)
  for (; !(await isFolder(at)) && dirname(at) !== at; at = dirname(at)) missing.push(at)
  let first: string | undefined
  for (const folder of missing.reverse()) {
    try {
      await mkdir(folder)
      first ??= folder
    } catch (error) {
      // Another process may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await isFolder(folder))) throw error
    }
  }
  return first
}

/** @throws ENOTDIR where there is something else */
async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found && !found.isDirectory())
    throw Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${path}'`), {
      code: 'ENOTDIR',
      syscall: 'mkdir',
    })
  return found !== undefined
}
