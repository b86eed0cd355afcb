import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exclude, readExclude } from './exclude.ts'

const images = ['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'c/1.jpg'].map((name) => ({ path: `/data/${name}` }))
const lines = (...texts: string[]) => texts.map((text, i) => ({ line: i + 1, text }))

test('a line takes out a person or one image, and lines that name nothing are returned', () => {
  const { images: kept, ...counts } = exclude(images, lines('a/1.jpg', 'c', 'nobody', 'b/9.jpg', 'c/'))
  expect(kept.map((image) => image.path)).toEqual(['/data/a/2.jpg', '/data/b/1.jpg'])
  expect(counts).toEqual({
    removed: 2,
    matchedLines: 3,
    unmatched: [
      { line: 3, text: 'nobody' },
      { line: 4, text: 'b/9.jpg' },
    ],
  })
})

test('a longer path counts by its last two parts, and an image may be named with its person', () => {
  const { removed, unmatched } = exclude(images, lines('faces/a/1.jpg', 'a'))
  expect([removed, unmatched]).toEqual([2, []])
})

test('no person is taken out by the name of another that contains it', () => {
  expect(exclude([{ path: '/d/ann/1.jpg' }, { path: '/d/anna/1.jpg' }], lines('ann')).images).toEqual([
    { path: '/d/anna/1.jpg' },
  ])
})

test('blank lines and comments are skipped, line numbers kept', async () => {
  const root = await mkdtemp(join(tmpdir(), 'exclude-'))
  try {
    await writeFile(join(root, 'x.txt'), '# in the test set\n\n  a \n#b\nc/1.jpg')
    expect(await readExclude(join(root, 'x.txt'))).toEqual([
      { line: 3, text: 'a' },
      { line: 5, text: 'c/1.jpg' },
    ])
  } finally {
    await rm(root, { recursive: true })
  }
})
