import { expect, test } from 'vitest'
import { table } from './table.ts'

test('table(rows) aligns the first column left and the others right, under a head with a rule', () => {
  expect(
    table([
      ['', 'softmax', 'LMCL'],
      ['accuracy', '81.7 ± 0.6', '83.8'],
      ['λ', '5', '12.25'],
    ]),
  ).toBe(
    [
      '             softmax   LMCL',
      '───────────────────────────',
      'accuracy  81.7 ± 0.6   83.8',
      'λ                  5  12.25',
      '',
    ].join('\n'),
  )
})

test('table(rows) leaves missing cells empty, without space at the end of a line', () => {
  expect(table([['a', 'b'], ['c']])).toBe('a  b\n────\nc\n')
})

test('table(rows) of no rows is empty', () => {
  expect(table([])).toBe('')
})
