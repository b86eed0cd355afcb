import { execFileSync } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DataError } from '../../errors.ts'
import { writeWhole } from './write-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('writeWhole(path, content) writes text or bytes, over what was there, and leaves nothing beside it', async () => {
  const path = join(folder, 'a')
  await writeWhole(path, 'text')
  await writeWhole(path, Uint8Array.of(1, 2))
  expect([...(await readFile(path))]).toEqual([1, 2])
  expect(await readdir(folder)).toEqual(['a'])
})

it('writeWhole(path, content) leaves what was there, and no part, where it cannot write', async () => {
  await mkdir(join(folder, 'a'))
  await expect(writeWhole(join(folder, 'a'), 'x')).rejects.toThrow(DataError)
  await expect(writeWhole(join(folder, 'none', 'a'), 'x')).rejects.toThrow(
    new DataError(`${folder}/none/a: cannot be written, no such file or folder`),
  )
  expect(await readdir(folder)).toEqual(['a'])
})

it.skipIf(process.platform === 'win32')(
  'writeWhole(path, content) writes into a pipe, and leaves a pipe there',
  async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const [read] = await Promise.all([readFile(path, 'utf8'), writeWhole(path, 'text')])
    expect(read).toBe('text')
    expect((await lstat(path)).isFIFO()).toBe(true)
    expect(await readdir(folder)).toEqual(['pipe'])
  },
)
