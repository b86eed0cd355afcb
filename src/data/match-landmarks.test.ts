import { expect, test } from 'vitest'
import { matchLandmarks } from './match-landmarks.ts'

const match = (images: string[], rows: string[], directory?: string) => {
  const landmarks = {
    file: '/data/landmarks.csv',
    rows: rows.map((image, i) => ({ image, points: Float64Array.of(i), line: i + 2 })),
  }
  const found = matchLandmarks(
    landmarks,
    images.map((path) => ({ path })),
    directory === undefined ? {} : { directory },
  )
  return {
    rows: found.rows.map((row) => row?.image),
    unmatchedImages: found.unmatchedImages.map((i) => images[i]),
    ambiguousImages: found.ambiguousImages.map((i) => images[i]),
    unmatchedRows: found.unmatchedRows.map((row) => row.image),
    ambiguousRows: found.ambiguousRows.map((row) => row.line),
  }
}
const nothing = { unmatchedImages: [], ambiguousImages: [], unmatchedRows: [], ambiguousRows: [] }

test("a row is matched by its path from the CSV's folder, then from the images, then by person/file", () => {
  expect(match(['/data/faces/a/1.jpg'], ['faces/a/1.jpg'], '/data/faces')).toEqual({
    ...nothing,
    rows: ['faces/a/1.jpg'],
  })
  expect(match(['/elsewhere/deep/a/1.jpg'], ['deep/a/1.jpg'], '/elsewhere')).toEqual({
    ...nothing,
    rows: ['deep/a/1.jpg'],
  })
  expect(match(['/elsewhere/a/1.jpg'], ['old/faces/a/1.jpg'], '/elsewhere')).toEqual({
    ...nothing,
    rows: ['old/faces/a/1.jpg'],
  })
})

test('the nearer way wins, and the other row is left unmatched', () => {
  expect(match(['/data/a/1.jpg'], ['old/a/1.jpg', 'a/1.jpg'])).toEqual({
    ...nothing,
    rows: ['a/1.jpg'],
    unmatchedRows: ['old/a/1.jpg'],
  })
})

test('images without a row and rows without an image are named', () => {
  expect(match(['/data/a/1.jpg', '/data/a/2.jpg'], ['a/2.jpg', 'a/3.jpg'])).toEqual({
    rows: [undefined, 'a/2.jpg'],
    unmatchedImages: ['/data/a/1.jpg'],
    ambiguousImages: [],
    unmatchedRows: ['a/3.jpg'],
    ambiguousRows: [],
  })
})

test('two rows for one image are both left unused, and so is the image', () => {
  expect(match(['/data/a/1.jpg', '/data/b/1.jpg'], ['a/1.jpg', 'b/1.jpg', './a/1.jpg'])).toEqual({
    ...nothing,
    rows: [undefined, 'b/1.jpg'],
    ambiguousImages: ['/data/a/1.jpg'],
    ambiguousRows: [2, 4],
  })
})

test('a person/file that two rows or two images share is ambiguous', () => {
  expect(match(['/x/a/1.jpg'], ['old/a/1.jpg', 'new/a/1.jpg'])).toEqual({
    ...nothing,
    rows: [undefined],
    ambiguousImages: ['/x/a/1.jpg'],
    ambiguousRows: [2, 3],
  })
  expect(match(['/x/a/1.jpg', '/y/a/1.jpg'], ['a/1.jpg'])).toEqual({
    ...nothing,
    rows: [undefined, undefined],
    ambiguousImages: ['/x/a/1.jpg', '/y/a/1.jpg'],
    ambiguousRows: [2],
  })
})
