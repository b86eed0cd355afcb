import { expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { listLines } from './list-lines.ts'

test('listLines gives the lines that are not blank with their numbers, whatever their ends', () => {
  expect(listLines('\ufeffa\tb\r\n \r\nc\rd\n', 'x')).toEqual([
    { number: 1, text: 'a\tb' },
    { number: 3, text: 'c' },
    { number: 4, text: 'd' },
  ])
})

test.each([
  ['\0', '0000'],
  ['\x1b', '001B'],
  ['\x7f', '007F'],
  ['\u2028', '2028'],
])('listLines refuses the control character %j by its line', (character, code) => {
  expect(() => listLines(`a\nb${character}c`, 'x')).toThrow(
    new DataError(`x:2: expected text, got the control character U+${code}`),
  )
})

test('listLines refuses a line that is too long to be one', () => {
  expect(() => listLines(`a\n${'b'.repeat(10_001)}`, 'x')).toThrow(
    new DataError('x:2: expected at most 10000 characters, got 10001'),
  )
})
