import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'make-folder-'))
})
afterAll(() => rm(base, { recursive: true }))

test('makeFolder(path) makes what is missing and gives the first that it made', async () => {
  expect(await makeFolder(join(base, 'a', 'b', 'c'))).toBe(join(base, 'a'))
  expect(await makeFolder(join(base, 'a', 'b', 'd'))).toBe(join(base, 'a', 'b', 'd'))
  expect(await makeFolder(join(base, 'a', 'b'))).toBeUndefined()
  expect((await readdir(join(base, 'a', 'b'))).sort()).toEqual(['c', 'd'])
  const all = await Promise.all(Array.from({ length: 8 }, () => makeFolder(join(base, 'x', 'y'))))
  expect(all.filter((first) => first === join(base, 'x'))).toHaveLength(1)
})

test('makeFolder(path) sees through links, and throws where there is a file or a link that leads nowhere', async () => {
  await mkdir(join(base, 'there'))
  await symlink(join(base, 'there'), join(base, 'link'))
  await makeFolder(join(base, 'link', 'in'))
  expect(await readdir(join(base, 'there'))).toEqual(['in'])
  await writeFile(join(base, 'file'), '')
  await symlink(join(base, 'nowhere'), join(base, 'dangling'))
  for (const bad of ['file', 'file/x', 'dangling', 'dangling/x'])
    await expect(makeFolder(join(base, bad)), bad).rejects.toThrow(/EEXIST|ENOTDIR/)
})

test.skipIf(!existsSync('/proc/self'))(
  'makeFolder(path) ends where no folder can be made (needs /proc)',
  async () => {
    await expect(makeFolder('/proc/nope/out')).rejects.toThrow(/ENOENT/)
  },
)
