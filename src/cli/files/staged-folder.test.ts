import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsageError } from '../../errors.ts'
import { liesIn, stagedFolder } from './staged-folder.ts'

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'staged-'))
})
afterEach(() => rm(base, { recursive: true }))

const tree = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort()

test('stagedFolder(out) shows nothing in out until publish, and then everything', async () => {
  const out = join(base, 'new', 'out')
  const stage = await stagedFolder(out)
  await mkdir(join(stage.path, 'a'))
  await writeFile(join(stage.path, 'a', '1'), '')
  await writeFile(join(stage.path, 'list'), '')
  expect((await readdir(out)).filter((name) => !name.startsWith('.'))).toEqual([])
  await stage.publish({ last: ['list'] })
  expect(await tree(out)).toEqual(['a', 'a/1', 'list'])
})

test('stagedFolder(out) takes a folder that is there and empty', async () => {
  const stage = await stagedFolder(base)
  await writeFile(join(stage.path, 'x'), '')
  await stage.publish()
  expect(await readdir(base)).toEqual(['x'])
})

test('discard() removes what was written and the folders that were made for it, and no others', async () => {
  await mkdir(join(base, 'mine'))
  const stage = await stagedFolder(join(base, 'mine', 'new', 'out'))
  await writeFile(join(stage.path, 'x'), '')
  await stage.discard()
  expect(await tree(base)).toEqual(['mine'])
  const there = await stagedFolder(join(base, 'mine'))
  await there.discard()
  expect(await tree(base)).toEqual(['mine'])
})

test('discard() leaves a folder that someone else has put something in', async () => {
  const out = join(base, 'out')
  const stage = await stagedFolder(out)
  await writeFile(join(out, 'theirs'), '')
  await stage.discard()
  expect(await tree(base)).toEqual(['out', 'out/theirs'])
})

test('stagedFolder(out) refuses what is no folder or holds anything, and says when a killed run left it', async () => {
  const file = join(base, 'file')
  await writeFile(file, '')
  await expect(stagedFolder(base)).rejects.toThrow(
    new UsageError(`--out: folder exists and is not empty, got ${base}`),
  )
  for (const bad of [file, join(file, 'x')])
    await expect(stagedFolder(bad)).rejects.toThrow(
      new UsageError(`--out: is no folder, or lies below a file, got ${bad}`),
    )
  const killed = join(base, 'killed')
  await stagedFolder(killed)
  await expect(stagedFolder(killed)).rejects.toThrow(
    new UsageError(
      `--out: holds .partial: another run is writing there, or left it when it was killed and it can be deleted, got ${killed}`,
    ),
  )
})

test('liesIn(inner, outer) sees through links and does not mind that inner is not there yet', async () => {
  await mkdir(join(base, 'photos', 'a'), { recursive: true })
  await symlink(join(base, 'photos'), join(base, 'link'))
  const photos = join(base, 'photos')
  expect(await liesIn(join(photos, 'x', 'y'), photos)).toBe(true)
  expect(await liesIn(photos, photos)).toBe(true)
  expect(await liesIn(join(base, 'link', 'x'), photos)).toBe(true)
  expect(await liesIn(join(photos, 'x'), join(base, 'link'))).toBe(true)
  expect(await liesIn(join(base, 'photos-aligned'), photos)).toBe(false)
  expect(await liesIn(base, photos)).toBe(false)
})
