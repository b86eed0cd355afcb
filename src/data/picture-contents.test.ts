import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writePeople } from '../../test/cli/pictures.ts'
import { writeRecords } from '../../test/data/write-records.ts'
import { readDataset } from './dataset.ts'
import { contentHash, duplicates, pictureContents } from './picture-contents.ts'

let base = ''
let images = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'contents-'))
  images = join(base, 'people')
  await writePeople(images, { each: 2 })
})
afterAll(() => rm(base, { recursive: true }))

const hashOf = async (folder: string): Promise<string> => {
  const dataset = await readDataset({ images: folder })
  return contentHash(dataset, await pictureContents(dataset))
}

test('pictureContents gives size, format and bytes of each picture, and why one cannot be used', async () => {
  const folder = join(base, 'mixed')
  await writePeople(folder, { each: 2 })
  await writeFile(join(folder, 'ann/x.jpg'), 'no picture')
  const whole = await readFile(join(folder, 'bob/0.png'))
  await writeFile(join(folder, 'bob/y.png'), whole.subarray(0, 60))
  const dataset = await readDataset({ images: folder })
  const contents = await pictureContents(dataset)
  const by = Object.fromEntries(dataset.samples.map(({ name }, i) => [name, contents[i]!]))
  expect(by['ann/0.png']).toMatchObject({ height: 16, width: 16, format: 'png' })
  expect(by['ann/0.png']!.bytes).toBe((await readFile(join(folder, 'ann/0.png'))).length)
  expect(by['ann/x.jpg']!.problem).toBe(`${folder}/ann/x.jpg: not a JPEG, PNG, WebP, TIFF or GIF picture`)
  expect(by['bob/y.png']!.problem).toBe(`${folder}/bob/y.png: the picture is cut short`)
  await rm(join(folder, 'ann/x.jpg'))
  expect(
    (await pictureContents(dataset))[dataset.samples.findIndex(({ name }) => name === 'ann/x.jpg')],
  ).toEqual({
    problem: `${folder}/ann/x.jpg: no such file or folder`,
  })
})

test('contentHash is another where one byte, name or label is, and the same wherever the folder lies', async () => {
  const [one, two] = [join(base, 'one'), join(base, 'two')]
  await writePeople(one, { each: 2 })
  await writePeople(two, { each: 2 })
  const hash = await hashOf(one)
  expect(await hashOf(two)).toBe(hash)
  const file = join(two, 'eve/1.png')
  const bytes = await readFile(file)
  bytes[bytes.length - 20]! ^= 1
  await writeFile(file, bytes)
  expect(await hashOf(two)).not.toBe(hash)
  await writeFile(file, await readFile(join(one, 'eve/1.png')))
  expect(await hashOf(two)).toBe(hash)
  await mkdir(join(two, 'zoe'))
  await writeFile(join(two, 'zoe/1.png'), bytes)
  expect(await hashOf(two)).not.toBe(hash)
})

test('records give what their pictures give, and equal pictures are grouped in the order of their first', async () => {
  const { samples, people } = await readDataset({ images })
  const pictures = await Promise.all(
    samples.map(async ({ path, label }) => ({ label, image: await readFile(path) })),
  )
  const records = join(base, 'records')
  await writeRecords(records, [...pictures, pictures[3]!, pictures[0]!, pictures[3]!])
  const packed = await readDataset({ records })
  const contents = await pictureContents(packed)
  const files = await pictureContents({ samples })
  expect(contents.slice(0, files.length)).toEqual(files)
  expect(people.length).toBe(4)
  expect(duplicates(contents)).toEqual([
    [0, 9],
    [3, 8, 10],
  ])
})
