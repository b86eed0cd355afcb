import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mutateLists } from '../../test/evaluate/mutate-lists.ts'
import { DataError } from '../errors.ts'
import { sharedPeople } from './pairs-list.ts'
import { peopleOfPairs } from './people-of-pairs.ts'
import { parseYtfSplits } from './ytf-splits.ts'

const text = ['1, 1, Ann/0, Ann/3, 1', '1, 2, Ann/0, Bob/1, 0', '2, 1, Cy/0, Cy/1, 1', '2, 2, Cy/1, Di/5, 0']

describe('parseYtfSplits(text)', () => {
  test('reads splits as folds and videos as name/video, each once', () => {
    const pairs = parseYtfSplits(text.join('\n'))
    expect(pairs.images).toEqual(['Ann/0', 'Ann/3', 'Bob/1', 'Cy/0', 'Cy/1', 'Di/5'])
    expect([...pairs.left]).toEqual([0, 0, 3, 4])
    expect([...pairs.right]).toEqual([1, 2, 4, 5])
    expect([...pairs.same]).toEqual([1, 0, 1, 0])
    expect([...pairs.foldOf]).toEqual([0, 0, 1, 1])
    expect(pairs.folds).toBe(2)
  })

  test('takes a header, Windows line ends, a byte order mark, blank lines and splits in any order', () => {
    const plain = parseYtfSplits(text.join('\n'))
    const header = 'split number, pair number, first name, second name, is same'
    expect(parseYtfSplits(`\ufeff${[header, ...text].join('\r\n')}\r\n\r\n`)).toEqual(plain)
    const turned = parseYtfSplits(text.toReversed().join('\n'))
    expect([...turned.foldOf]).toEqual([1, 1, 0, 0])
  })

  test.each([
    ['four fields', '1, 1, Ann/0, Ann/3', 'x:2: expected 5 fields, got 4'],
    ['a split that is no number', 'one, 1, Ann/0, Ann/3, 1', 'x:2: expected the number of a split, got one'],
    ['a pair that is no number', '1, , Ann/0, Ann/3, 1', 'x:2: expected the number of a pair, got none'],
    ['a video without a person', '1, 1, Ann, Ann/3, 1', 'x:2: expected a video as name/video, got Ann'],
    ['a path out of the folder', '1, 1, ../0, Ann/3, 0', 'x:2: expected a video as name/video, got ../0'],
    ['a deeper path', '1, 1, a/b/0, Ann/3, 0', 'x:2: expected a video as name/video, got a/b/0'],
    ['another label', '1, 1, Ann/0, Ann/3, 2', 'x:2: expected label 1 (one person) or 0 (two), got 2'],
    ['one video twice', '1, 1, Ann/0, Ann/0, 1', 'x:2: expected two videos, got the same twice, Ann/0'],
    [
      'a label against the names',
      '1, 1, Ann/0, Ann/3, 0',
      'x:2: expected label 1 for Ann/0 and Ann/3, got 0',
    ],
    ['the other way round', '1, 1, Ann/0, Bob/3, 1', 'x:2: expected label 0 for Ann/0 and Bob/3, got 1'],
  ])('refuses %s by its line', (_, line, message) => {
    const lines = text.toSpliced(1, 1, line)
    expect(() => parseYtfSplits(lines.join('\n'), { where: 'x' })).toThrow(new DataError(message))
  })

  test('refuses an empty list and a single split', () => {
    expect(() => parseYtfSplits('\n')).toThrow('splits.txt: expected pairs of videos, got an empty list')
    expect(() => parseYtfSplits(text.slice(0, 2).join('\n'))).toThrow(
      'splits.txt: expected 2 to 255 splits, got 1',
    )
  })

  test('100 seeded mutations are read, or refused in one clear line', () =>
    mutateLists('ytf', { count: 100, seed: 1 }))
})

const real = new URL('../../../shared/protocols/ytf/splits.txt', import.meta.url)

describe.skipIf(!existsSync(real))('parseYtfSplits(text) on ../shared/protocols/ytf/splits.txt', () => {
  test('finds 5,000 pairs in 10 folds of 500, 250 of a kind in each, folds without a common person', () => {
    const pairs = parseYtfSplits(readFileSync(real, 'utf8'))
    expect([pairs.same.length, pairs.folds]).toEqual([5000, 10])
    for (let k = 0; k < 10; k++)
      for (const kind of [0, 1])
        expect(pairs.same.filter((label, p) => label === kind && pairs.foldOf[p] === k)).toHaveLength(250)
    expect(sharedPeople(pairs, peopleOfPairs(pairs))).toBe(0)
  })
})
