import { randomInt } from 'node:crypto'
import { lstat, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import { makeFolder } from './make-folder.ts'

/**
 * Makes sure, before hours of work, that a new file can be written at `out`: nothing is there, its folder exists or is made,
 * and takes a file.
 * @throws UsageError when something is there already; DataError when the folder cannot be made or written
 */
export async function checkNewFile(out: string, { flag = '--out' } = {}): Promise<void> {
  // A link that leads nowhere is there too.
  const there = await lstat(out).catch(() => undefined)
  if (there) throw new UsageError(`${flag}: expected a new file, got ${out}, which is there already`)
  const trial = `${out}.tmp-${randomInt(2 ** 47)}`
  try {
    await makeFolder(dirname(out))
    await (await open(trial, 'wx')).close()
    await unlink(trial)
  } catch (error) {
    throw new DataError(`${out}: cannot be written, ${fileProblem(error)}`)
  }
}
