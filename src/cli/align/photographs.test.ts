import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataError } from '../../errors.ts'
import { photographs } from './photographs.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'photographs-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function touch(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), '')
  }
}

async function found(): Promise<{ crops: string[][]; others: string[] }> {
  const others: string[] = []
  const crops: string[][] = []
  for await (const { path, crop } of photographs(folder, { onOther: (other) => others.push(other) }))
    crops.push([path, crop])
  return { crops, others }
}

test('photographs(folder) lists pictures at any depth, sorted, and names a crop for each', async () => {
  await touch('b/2.jpg', 'b/10.JPEG', 'a/deep/er/1.webp', 'top.tif', 'a/x.png')
  expect((await found()).crops).toEqual([
    ['top.tif', 'top.png'],
    ['a/x.png', 'a/x.png'],
    ['a/deep/er/1.webp', 'a/deep/er/1.png'],
    ['b/10.JPEG', 'b/10.png'],
    ['b/2.jpg', 'b/2.png'],
  ])
})

test('photographs(folder) gives every picture a crop of its own, also where case does not count', async () => {
  await touch('a/1.jpg', 'a/1.png', 'a/2.jpg', 'a/B.jpg', 'a/b.gif', 'c/1.jpg')
  const crops = (await found()).crops.map(([, crop]) => crop)
  expect(crops).toEqual(['a/1.jpg.png', 'a/1.png.png', 'a/2.png', 'a/B.jpg.png', 'a/b.gif.png', 'c/1.png'])
})

test('photographs(folder) tells of files that are no pictures, and leaves out hidden ones', async () => {
  await touch('a/1.jpg', 'a/notes.txt', 'list.csv', '.DS_Store', 'a/._1.jpg', '.partial/b/1.jpg')
  expect(await found()).toEqual({ crops: [['a/1.jpg', 'a/1.png']], others: ['list.csv', 'a/notes.txt'] })
})

test('photographs(folder) names pictures of formats that cannot be decoded, so that they are refused aloud', async () => {
  await touch('a/1.heic', 'a/2.bmp')
  expect((await found()).crops.map(([path]) => path)).toEqual(['a/1.heic', 'a/2.bmp'])
})

test('photographs(folder) follows links, but not round in circles, and keeps a picture whose link is broken', async () => {
  await touch('a/1.jpg')
  await symlink(join(folder, 'a'), join(folder, 'linked'))
  await symlink(folder, join(folder, 'a', 'up'))
  await symlink(join(folder, 'nowhere'), join(folder, 'a', 'broken.jpg'))
  const paths = (await found()).crops.map(([path]) => path)
  expect(paths).toEqual(['a/1.jpg', 'a/broken.jpg', 'linked/1.jpg', 'linked/broken.jpg'])
})

test('photographs(folder) refuses a folder that is missing, by name', async () => {
  const missing = join(folder, 'nope')
  await expect(photographs(missing).next()).rejects.toThrow(
    new DataError(`${missing}: no such file or folder`),
  )
})
