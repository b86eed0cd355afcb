import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blackPng } from '../../test/cli/pictures.ts'
import { DataError } from '../errors.ts'
import { checkPictures } from './check-pictures.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'))
  for (let i = 0; i < 30; i++) await writeFile(join(folder, `${i}.png`), blackPng(4, 4))
  await writeFile(join(folder, 'text.png'), 'text')
})
afterAll(() => rm(folder, { recursive: true }))
const samples = (...names: string[]) => ({
  people: ['ann'],
  samples: names.map((name) => ({ path: join(folder, name), name, label: 0 })),
})
const good = Array.from({ length: 30 }, (_, i) => `${i}.png`)

test('checkPictures(dataset) passes good pictures and counts them', async () => {
  const counts: number[] = []
  await checkPictures(samples(...good), { onProgress: (done, total) => void counts.push(done, total) })
  expect(counts.at(-2)).toBe(30)
  expect(new Set(counts.filter((_, i) => i % 2 === 1))).toEqual(new Set([30]))
})

test('checkPictures(dataset) names one that cannot be used, or all of them together in the order of the set', async () => {
  await expect(checkPictures(samples(...good, 'text.png'))).rejects.toThrow(
    new DataError(`${folder}/text.png: not a JPEG, PNG, WebP, TIFF or GIF picture`),
  )
  await expect(checkPictures(samples('text.png', ...good, 'none.png'))).rejects.toThrow(
    new DataError(
      `2 of 32 pictures cannot be used: ${folder}/text.png: not a JPEG, PNG, WebP, TIFF or GIF picture; ${folder}/none.png: no such file or folder`,
    ),
  )
})

test('checkPictures(dataset) stops when it is told to', async () => {
  const stop = new AbortController()
  const check = checkPictures(samples(...good), {
    parallel: 1,
    signal: stop.signal,
    onProgress: (done) => done === 3 && stop.abort(new Error('enough')),
  })
  await expect(check).rejects.toThrow('enough')
})
