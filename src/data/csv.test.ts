import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { parseCsv } from './csv.ts'

test('quoted fields hold commas, doubled quotes and line ends; records know their line', () => {
  expect(parseCsv('a,"b, ""c""",d\r\n\r\n"two\nlines",,\nlast', 'x.csv')).toEqual([
    { line: 1, fields: ['a', 'b, "c"', 'd'] },
    { line: 3, fields: ['two\nlines', '', ''] },
    { line: 5, fields: ['last'] },
  ])
})

test('any table written with quotes is read back as it was', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', 'é') })
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 })), (table) => {
      const text = table.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join('\n')
      expect(parseCsv(text, 'x.csv').map((record) => record.fields)).toEqual(table)
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('a quote left open and text after a closing quote are refused with their line', () => {
  expect(() => parseCsv('a,b\n"c,d\n', 'x.csv')).toThrow(
    new DataError('x.csv:2: expected a closing quote, got the end of the file'),
  )
  expect(() => parseCsv('a,"b"c\n', 'x.csv')).toThrow(
    new DataError('x.csv:1: expected a comma after the closing quote, got "c"'),
  )
})
