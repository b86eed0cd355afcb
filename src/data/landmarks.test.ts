import { expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { LANDMARK_COLUMNS, parseLandmarks, readLandmarks } from './landmarks.ts'

const HEADER = LANDMARK_COLUMNS.join(',')
const parse = (...rows: string[]) => parseLandmarks([HEADER, ...rows].join('\n'), 'marks.csv')

test('the columns are those of the format: image, then x and y of five points', () => {
  expect(HEADER).toBe(
    'image,left_eye_x,left_eye_y,right_eye_x,right_eye_y,nose_x,nose_y,' +
      'left_mouth_x,left_mouth_y,right_mouth_x,right_mouth_y',
  )
})

test('a row gives the image, ten numbers and its line; names may hold commas in quotes', () => {
  const { file, rows } = parse(
    'a/1.jpg,1,2,3,4,5,6,7,8,9,10',
    '',
    '"b, c/1.jpg",-1.5,2e1,.5, 4 ,5,6,7,8,9,10',
  )
  expect(file).toBe('marks.csv')
  expect(rows).toEqual([
    { image: 'a/1.jpg', points: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), line: 2 },
    { image: 'b, c/1.jpg', points: Float64Array.of(-1.5, 20, 0.5, 4, 5, 6, 7, 8, 9, 10), line: 4 },
  ])
})

test('columns may stand in any order with others between', () => {
  const names = ['score', ...[...LANDMARK_COLUMNS].reverse()]
  const { rows } = parseLandmarks(`${names.join(',')}\n0.9,10,9,8,7,6,5,4,3,2,1,a/1.jpg`)
  expect(rows[0]).toEqual({
    image: 'a/1.jpg',
    points: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    line: 2,
  })
})

test('a missing field, NaN, infinity and what is no number are refused with line, column and value', () => {
  const bad = (field: string) => `a/1.jpg,1,2,3,4,${field},6,7,8,9,10`
  const refusal = (row: string) => {
    try {
      parse('b/1.jpg,1,2,3,4,5,6,7,8,9,10', row)
    } catch (error) {
      expect(error).toBeInstanceOf(DataError)
      return (error as Error).message
    }
    return 'no error'
  }
  expect(refusal('a/1.jpg,1,2,3,4,5,6,7,8,9')).toBe('marks.csv:3: expected 11 fields, got 10')
  expect(refusal(bad(''))).toBe('marks.csv:3: nose_x is missing')
  for (const value of ['NaN', 'nan', 'Infinity', '-inf', 'x', '0x10', '1 2', '1e999']) {
    expect(refusal(bad(value))).toBe(`marks.csv:3: nose_x is not a finite number, got "${value}"`)
  }
  expect(refusal(',1,2,3,4,5,6,7,8,9,10')).toBe('marks.csv:3: expected the name of an image, got none')
})

test('an empty file, a header without a column and a missing file are refused', async () => {
  expect(() => parseLandmarks('', 'x.csv')).toThrow('x.csv: expected a header and rows, got an empty file')
  expect(() => parseLandmarks('a/1.jpg,1,2\n', 'x.csv')).toThrow(
    'x.csv:1: expected a header with image, got a/1.jpg,1,2',
  )
  await expect(readLandmarks('/none/x.csv')).rejects.toThrow(
    new DataError('/none/x.csv: no such file or folder'),
  )
})
