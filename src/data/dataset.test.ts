import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataError, UsageError } from '../errors.ts'
import { readDataset } from './dataset.ts'
import { LANDMARK_COLUMNS } from './landmarks.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dataset-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Writes files below a folder of its own; pictures stay empty, since reading a data set opens none. */
async function tree(name: string, files: Record<string, string>): Promise<(file: string) => string> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name, file)), { recursive: true })
    await writeFile(join(root, name, file), text)
  }
  return (file) => join(root, name, file)
}

const csv = (...images: string[]) =>
  [LANDMARK_COLUMNS.join(','), ...images.map((image, i) => `${image},${i},2,3,4,5,6,7,8,9,10`)].join('\n')
const pictures = (...names: string[]) => Object.fromEntries(names.map((name) => [`images/${name}`, '']))
const nothing = {
  stray: [],
  withoutLandmarks: [],
  ambiguousImages: [],
  unmatchedRows: [],
  ambiguousRows: [],
  excludedImages: 0,
  unmatchedExcludes: [],
  droppedPeople: [],
  droppedImages: 0,
  cappedPeople: 0,
  cappedImages: 0,
}

describe('readDataset', () => {
  test('a folder of people gives labels in the order of names, without points', async () => {
    const at = await tree('plain', pictures('b/1.jpg', 'a/2.jpg', 'a/1.jpg'))
    const { hash, ...rest } = await readDataset({ images: at('images') })
    expect(rest).toEqual({
      people: ['a', 'b'],
      samples: [
        { path: at('images/a/1.jpg'), name: 'a/1.jpg', label: 0 },
        { path: at('images/a/2.jpg'), name: 'a/2.jpg', label: 0 },
        { path: at('images/b/1.jpg'), name: 'b/1.jpg', label: 1 },
      ],
      hasLandmarks: false,
      report: nothing,
    })
    const lines = '["a","a/1.jpg",0]\n["a","a/2.jpg",0]\n["b","b/1.jpg",1]\n'
    expect(hash).toBe(createHash('sha256').update(lines).digest('hex'))
  })

  test('with landmarks, images without a row are left out, then people with too few; all is named', async () => {
    const at = await tree('marks', {
      ...pictures(
        'a/1.jpg',
        'a/2.jpg',
        'b/1.jpg',
        'b/2.jpg',
        'b/3.jpg',
        'c/1.jpg',
        'c/2.jpg',
        'd/1.jpg',
        'e/1.jpg',
      ),
      ...pictures('e/2.jpg', 'f/notes.txt'),
      'marks.csv': csv(
        'images/a/1.jpg',
        'images/a/2.jpg',
        'images/b/1.jpg',
        'b/2.jpg',
        'images/c/1.jpg',
        'd/1.jpg',
        'x/1.jpg',
        'images/e/1.jpg',
        'images/e/1.jpg',
        'e/2.jpg',
      ),
    })
    const { people, samples, report, hasLandmarks } = await readDataset({
      images: at('images'),
      landmarks: at('marks.csv'),
      minImages: 2,
    })
    expect(people).toEqual(['a', 'b'])
    expect(samples.map(({ name, label, points }) => [name, label, points?.[0]])).toEqual([
      ['a/1.jpg', 0, 0],
      ['a/2.jpg', 0, 1],
      ['b/1.jpg', 1, 2],
      ['b/2.jpg', 1, 3],
    ])
    expect(hasLandmarks).toBe(true)
    expect(report).toEqual({
      ...nothing,
      stray: ['f/notes.txt'],
      withoutLandmarks: ['b/3.jpg', 'c/2.jpg'],
      ambiguousImages: ['e/1.jpg'],
      ambiguousRows: ['9: images/e/1.jpg', '10: images/e/1.jpg'],
      unmatchedRows: ['8: x/1.jpg'],
      droppedPeople: ['c', 'd', 'e', 'f'],
      droppedImages: 3,
    })
  })

  test('an exclude list is taken out first; its rows of landmarks do not count as unmatched', async () => {
    const at = await tree('exclude', {
      ...pictures('a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'c/1.jpg', 'c/2.jpg'),
      'marks.csv': csv('a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'c/1.jpg'),
      'exclude.txt': '# these are in LFW\nb\na/2.jpg\nnobody\nc/2.jpg\n',
    })
    const { people, samples, report } = await readDataset({
      images: at('images'),
      landmarks: at('marks.csv'),
      exclude: at('exclude.txt'),
    })
    expect(people).toEqual(['a', 'c'])
    expect(samples.map((sample) => sample.name)).toEqual(['a/1.jpg', 'c/1.jpg'])
    expect(report).toEqual({ ...nothing, excludedImages: 3, unmatchedExcludes: ['4: nobody'] })
  })

  test('a list file keeps its order and its labels, numbered anew after people were left out', async () => {
    const at = await tree('list', {
      ...pictures('x/1.jpg', 'y/1.jpg', 'y/2.jpg', 'z/1.jpg'),
      'list.txt': 'images/z/1.jpg 2\nimages/y/1.jpg 10\nimages/x/1.jpg 0\n'.replace('10', '1'),
      'exclude.txt': 'y',
    })
    const whole = await readDataset({ list: at('list.txt') })
    expect(whole.people).toEqual(['0', '1', '2'])
    expect(whole.samples.map(({ name, label }) => [name, label])).toEqual([
      ['images/z/1.jpg', 2],
      ['images/y/1.jpg', 1],
      ['images/x/1.jpg', 0],
    ])
    const part = await readDataset({ list: at('list.txt'), exclude: at('exclude.txt') })
    expect(part.people).toEqual(['0', '2'])
    expect(part.samples.map(({ name, label }) => [name, label])).toEqual([
      ['images/z/1.jpg', 1],
      ['images/x/1.jpg', 0],
    ])
  })

  test('labels of a list sort as numbers: 10 comes after 9', async () => {
    const names = Array.from({ length: 11 }, (_, i) => `p${i}/1.jpg`)
    const at = await tree('ten', {
      ...pictures(...names),
      'list.txt': names.map((name, i) => `images/${name} ${i}`).join('\n'),
    })
    const { samples } = await readDataset({ list: at('list.txt') })
    expect(samples.map((sample) => sample.label)).toEqual(names.map((_, i) => i))
  })

  test('the hash follows names, labels and points, and not where the folder lies', async () => {
    const files = { ...pictures('a/1.jpg', 'b/1.jpg'), 'marks.csv': csv('a/1.jpg', 'b/1.jpg') }
    const here = await tree('here', files)
    const there = await tree('there', files)
    const renamed = await tree('renamed', { ...pictures('a/1.jpg', 'b/2.jpg') })
    const moved = await tree('moved', {
      ...files,
      'marks.csv': csv('a/1.jpg', 'b/1.jpg').replace(',10', ',10.5'),
    })
    const hash = async (at: typeof here, landmarks: boolean) =>
      (await readDataset({ images: at('images'), ...(landmarks && { landmarks: at('marks.csv') }) })).hash
    expect(await hash(here, true)).toBe(await hash(there, true))
    expect(await hash(here, false)).toBe(await hash(there, false))
    expect(new Set([await hash(here, true), await hash(here, false), await hash(renamed, false)]).size).toBe(
      3,
    )
    expect(await hash(moved, true)).not.toBe(await hash(here, true))
  })

  test('one person alone is refused with the counts, unless one is enough', async () => {
    const at = await tree('alone', pictures('a/1.jpg', 'a/2.jpg', 'b/1.jpg'))
    await expect(readDataset({ images: at('images'), minImages: 2 })).rejects.toThrow(
      new DataError(
        `${at('images')}: expected at least 2 people with 2 or more images, ` +
          'got 1 (of 2 people; 3 images are listed, 3 usable)',
      ),
    )
    expect((await readDataset({ images: at('images'), minImages: 2, minPeople: 1 })).people).toEqual(['a'])
  })

  test('a folder and a list together, or neither, are refused', async () => {
    await expect(readDataset({})).rejects.toThrow(
      new UsageError('data set: expected one of images, list and records, got none'),
    )
    await expect(readDataset({ images: 'a', list: 'b' })).rejects.toThrow(/got images and list$/)
    await expect(readDataset({ list: 'b', records: 'c' })).rejects.toThrow(/got list and records$/)
    await expect(readDataset({ records: 'c', landmarks: 'd.csv' })).rejects.toThrow(
      new UsageError('data set: records hold aligned images, expected no landmarks, got d.csv'),
    )
  })

  test('maxImages keeps so many of each person, after those with too few are out, and counts what it left', async () => {
    const names = [5, 3, 2, 1].flatMap((n, person) =>
      Array.from({ length: n }, (_, i) => `p${person}/${i}.jpg`),
    )
    const at = await tree('capped', pictures(...names))
    const all = await readDataset({ images: at('images'), minImages: 2 })
    const { people, samples, report, hash } = await readDataset({
      images: at('images'),
      minImages: 2,
      maxImages: 2,
    })
    expect(people).toEqual(['p0', 'p1', 'p2'])
    expect(samples.map(({ label }) => label)).toEqual([0, 0, 1, 1, 2, 2])
    const known = all.samples.map(({ name }) => name)
    expect(samples.map(({ name }) => known.indexOf(name))).toEqual(
      samples.map(({ name }) => known.indexOf(name)).sort((a, b) => a - b),
    )
    expect(report).toEqual({
      ...nothing,
      droppedPeople: ['p3'],
      droppedImages: 1,
      cappedPeople: 2,
      cappedImages: 4,
    })
    expect(hash).not.toBe(all.hash)
    const wide = await readDataset({ images: at('images'), minImages: 2, maxImages: 5 })
    expect([wide.hash, wide.report.cappedPeople]).toEqual([all.hash, 0])
    await expect(readDataset({ images: at('images'), minImages: 3, maxImages: 2 })).rejects.toThrow(
      new UsageError('data set: maxImages must be at least minImages (3), got 2'),
    )
  })
})

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
describe.skipIf(!existsSync(shared))('readDataset on the faces of ../shared (skipped without them)', () => {
  test('CelebA gives the 13,469 images of 3,058 people that the yardstick trains on', async () => {
    const { people, samples, report } = await readDataset({
      images: `${shared}celeba/images`,
      landmarks: `${shared}celeba/landmarks.csv`,
      minImages: 2,
    })
    expect([samples.length, people.length]).toEqual([13_469, 3_058])
    expect(new Set(samples.map((sample) => sample.label)).size).toBe(3_058)
    expect(samples.every((sample) => sample.points?.length === 10)).toBe(true)
    expect([report.unmatchedRows, report.ambiguousRows, report.stray]).toEqual([[], [], []])
    expect(report.droppedPeople.length).toBe(5_559 - 3_058)
  })
})
