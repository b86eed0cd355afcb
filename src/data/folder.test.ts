import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { listFolder } from './folder.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Makes a folder of empty files; listing never opens them. */
async function tree(name: string, files: readonly string[]): Promise<string> {
  for (const file of files) {
    await mkdir(dirname(join(root, name, file)), { recursive: true })
    await writeFile(join(root, name, file), '')
  }
  return join(root, name)
}

test('people and files come sorted by code unit, whatever the order on disk', async () => {
  const directory = await tree('order', ['b/2.jpg', 'b/10.jpg', 'a/x.jpg', 'B/1.jpg', 'é/1.jpg', 'a b/1.jpg'])
  const { images } = await listFolder(directory)
  expect(images.map((image) => image.name)).toEqual([
    'B/1.jpg',
    'a/x.jpg',
    'a b/1.jpg',
    'b/10.jpg',
    'b/2.jpg',
    'é/1.jpg',
  ])
  expect(images[0]).toEqual({ path: join(directory, 'B/1.jpg'), name: 'B/1.jpg', person: 'B' })
})

test('pictures are told by extension in any case; what lies elsewhere is stray, what is hidden is left out', async () => {
  const directory = await tree('stray', [
    'a/1.JPG',
    'a/2.jpeg',
    'a/3.Png',
    'a/4.webp',
    'a/notes.txt',
    'a/more/5.jpg',
    'a/.DS_Store',
    'readme.md',
    'loose.jpg',
    '.cache/x/1.jpg',
    'nobody/list.txt',
  ])
  const { images, empty, stray } = await listFolder(directory)
  expect(images.map((image) => image.name)).toEqual(['a/1.JPG', 'a/2.jpeg', 'a/3.Png', 'a/4.webp'])
  expect(stray).toEqual(['a/more', 'a/notes.txt', 'loose.jpg', 'nobody/list.txt', 'readme.md'])
  expect(empty).toEqual(['nobody'])
})

test('links to people and pictures are followed; a broken one is stray', async () => {
  const target = await tree('target', ['p/1.jpg'])
  const directory = await tree('links', ['q/1.jpg'])
  await symlink(join(target, 'p'), join(directory, 'p'))
  await symlink(join(target, 'p/1.jpg'), join(directory, 'q/2.jpg'))
  await symlink(join(target, 'none.jpg'), join(directory, 'q/3.jpg'))
  const { images, stray } = await listFolder(directory)
  expect(images.map((image) => image.name)).toEqual(['p/1.jpg', 'q/1.jpg', 'q/2.jpg'])
  expect(stray).toEqual(['q/3.jpg'])
})

test('a folder that is missing, a file, empty, or without pictures in folders: one line with the path', async () => {
  await mkdir(join(root, 'empty'))
  const flat = await tree('flat', ['1.jpg', '2.jpg'])
  const none = `${join(root, 'none')}: no such file or folder`
  await expect(listFolder(join(root, 'none'))).rejects.toThrow(new DataError(none))
  const file = join(flat, '1.jpg')
  await expect(listFolder(file)).rejects.toThrow(new DataError(`${file}: expected a folder, got a file`))
  await expect(listFolder(join(root, 'empty'))).rejects.toThrow(
    new DataError(
      `${join(root, 'empty')}: expected pictures as <person>/<image>, got none in 0 folders and 0 files`,
    ),
  )
  await expect(listFolder(flat)).rejects.toThrow(/got none in 0 folders and 2 files$/)
})
