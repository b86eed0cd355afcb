import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DataError, UsageError } from '../../errors.ts'
import { checkNewFile } from './new-file.ts'

let base: string
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'new-file-'))
})
afterAll(() => rm(base, { recursive: true }))

it('checkNewFile(out) makes the folder, and leaves no file in it', async () => {
  await checkNewFile(at('a/b/1.part'))
  expect(await readdir(at('a/b'))).toEqual([])
})

it('checkNewFile(out) refuses what is there already, an empty folder too', async () => {
  await mkdir(at('empty'))
  await writeFile(at('old'), '')
  for (const out of [at('empty'), at('old')]) {
    await expect(checkNewFile(out)).rejects.toThrow(UsageError)
    await expect(checkNewFile(out)).rejects.toThrow(
      `--out: expected a new file, got ${out}, which is there already`,
    )
  }
})

it('checkNewFile(out) refuses a folder that takes no file', async () => {
  await expect(checkNewFile(at('old/1.part'))).rejects.toThrow(DataError)
  await expect(checkNewFile(at('old/1.part'))).rejects.toThrow(`${at('old/1.part')}: cannot be written, `)
  await expect(checkNewFile('/proc/1.part')).rejects.toThrow('/proc/1.part: cannot be written, ')
})
