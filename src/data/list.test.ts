import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { readList } from './list.ts'

let root: string
let file: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'list-'))
  file = join(root, 'list.txt')
  for (const name of ['a.jpg', 'b.jpg', 'with space.jpg']) await writeFile(join(root, name), '')
})
afterAll(() => rm(root, { recursive: true }))

async function read(text: string) {
  await writeFile(file, text)
  return readList(file)
}

test('a line is a path from the list and a label; the path may hold spaces, lines may end in CR LF or be blank', async () => {
  expect(await read(`b.jpg 1\r\n\r\nwith space.jpg\t0\r\n${join(root, 'a.jpg')} 01\r\n`)).toEqual([
    { path: join(root, 'b.jpg'), name: 'b.jpg', person: '1' },
    { path: join(root, 'with space.jpg'), name: 'with space.jpg', person: '0' },
    { path: join(root, 'a.jpg'), name: join(root, 'a.jpg'), person: '1' },
  ])
})

test('a gap in the labels is refused with the line after it', async () => {
  await expect(read('a.jpg 0\nb.jpg 2\n')).rejects.toThrow(
    new DataError(`${file}:2: expected labels without a gap, got label 2 but none of label 1`),
  )
  await expect(read('a.jpg 7\nb.jpg 9\n')).rejects.toThrow(
    /list.txt:1: .* got label 7 but none of labels 0 to 6$/,
  )
})

test('a label that is no whole number, a line without one and a path with two are refused with their line', async () => {
  for (const label of ['bob', '-1', '1.0', '1e3', '0x1']) {
    await expect(read(`a.jpg 0\nb.jpg ${label}\n`)).rejects.toThrow(
      new DataError(`${file}:2: expected a whole number from 0 as label, got "${label}"`),
    )
  }
  await expect(read('a.jpg 0\n\nb.jpg\n')).rejects.toThrow(
    new DataError(`${file}:3: expected "path label", got "b.jpg"`),
  )
  await expect(read('a.jpg 0\n./a.jpg 1\n')).rejects.toThrow(
    new DataError(`${file}:2: expected one label for ./a.jpg, got 0 and 1`),
  )
})

test('paths at which no file lies are refused with the first line and their number', async () => {
  await expect(read('a.jpg 0\nx.jpg 1\ny.jpg 1\n')).rejects.toThrow(
    new DataError(`${file}:2: no such file, got x.jpg (and 1 more like it)`),
  )
})

test('a missing, an empty and a binary list are refused', async () => {
  await expect(readList(join(root, 'none'))).rejects.toThrow(
    new DataError(`${join(root, 'none')}: no such file or folder`),
  )
  await expect(read('\n \n')).rejects.toThrow(`${file}: expected lines of "path label", got an empty list`)
  await expect(read('a.jpg\0 0')).rejects.toThrow(`${file}: expected a text file, got a binary one`)
})
