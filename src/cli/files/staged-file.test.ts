import { execFileSync } from 'node:child_process'
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DataError } from '../../errors.ts'
import { stagedFile } from './staged-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staged-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('stagedFile(path) leaves what was there until it is published, parts written in any order', async () => {
  const path = join(folder, 'a')
  await writeFile(path, 'old')
  const file = await stagedFile(path)
  await file.write(Uint8Array.of(0, 2, 3))
  await file.write(Uint8Array.of(1), 0)
  await file.finish()
  expect(await readFile(path, 'utf8')).toBe('old')
  await file.publish()
  await file.discard()
  expect([...(await readFile(path))]).toEqual([1, 2, 3])
  expect(await readdir(folder)).toEqual(['a'])
})

it.skipIf(process.platform === 'win32')('stagedFile(path) refuses a pipe, and leaves it there', async () => {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  await expect(stagedFile(path)).rejects.toThrow(
    new DataError(`${path}: cannot be written, a file is needed, not a device`),
  )
  expect((await lstat(path)).isFIFO()).toBe(true)
  expect(await readdir(folder)).toEqual(['pipe'])
})
