import { describe, expect, test } from 'vitest'
import { mutateLists } from '../../test/evaluate/mutate-lists.ts'
import { DataError } from '../errors.ts'
import { parsePairsList, sharedPeople } from './pairs-list.ts'
import { peopleOfPairs } from './people-of-pairs.ts'

/** `count` genuine lines, then as many impostor lines. */
const lines = (count: number): string[] => [
  ...Array.from({ length: count }, (_, i) => `p${i}/1.jpg p${i}/2.jpg 1`),
  ...Array.from({ length: count }, (_, i) => `p${i}/1.jpg q${i}/1.jpg 0`),
]

describe('parsePairsList(text)', () => {
  test('reads a b label: each image once, in the order of the list', () => {
    const pairs = parsePairsList(lines(2).join('\n'), { folds: 2 })
    expect(pairs.images).toEqual(['p0/1.jpg', 'p0/2.jpg', 'p1/1.jpg', 'p1/2.jpg', 'q0/1.jpg', 'q1/1.jpg'])
    expect([...pairs.left]).toEqual([0, 2, 0, 2])
    expect([...pairs.right]).toEqual([1, 3, 4, 5])
    expect([...pairs.same]).toEqual([1, 1, 0, 0])
    expect(pairs.folds).toBe(2)
  })

  test('deals pairs without folds in order, each fold a like share of either kind', () => {
    const pairs = parsePairsList(lines(25).join('\n'))
    expect(pairs.folds).toBe(10)
    for (const kind of [0, 1]) {
      const folds = [...pairs.foldOf].filter((_, p) => pairs.same[p] === kind)
      expect(folds).toEqual(folds.toSorted((a, b) => a - b))
      const shares = Array.from({ length: 10 }, (_, k) => folds.filter((fold) => fold === k).length)
      expect(shares).toEqual([2, 3, 2, 3, 2, 3, 2, 3, 2, 3])
    }
  })

  test('takes the folds of a fourth column, whatever their numbers, and counts them', () => {
    const pairs = parsePairsList(['a b 1 7', 'c d 0 3', 'e f 0 7', 'g h 1 20'].join('\n'))
    expect([...pairs.foldOf]).toEqual([1, 0, 1, 2])
    expect(pairs.folds).toBe(3)
  })

  test('parts fields by tabs where there are any, else by white space, where double quotes keep a name whole', () => {
    const of = (line: string) =>
      parsePairsList(`${line}\nx y 0\nz w 1\nu v 0`, { folds: 2 }).images.slice(0, 2)
    expect(of('Ann Lee/1 a.jpg\tAnn Lee/2.jpg\t1')).toEqual(['Ann Lee/1 a.jpg', 'Ann Lee/2.jpg'])
    expect(of('"Ann Lee/1 a.jpg"   "Ann Lee/2.jpg" 1')).toEqual(['Ann Lee/1 a.jpg', 'Ann Lee/2.jpg'])
    expect(of('"say ""a""" b"c 1')).toEqual(['say "a"', 'b"c'])
  })

  test('passes over blank lines and comments, a byte order mark, and takes any line ends', () => {
    const plain = parsePairsList(lines(10).join('\n'))
    expect(parsePairsList(`\ufeff# mine\r\n\r\n${lines(10).join('\r\n')}\r\n`)).toEqual(plain)
    expect(parsePairsList(lines(10).join('\r'))).toEqual(plain)
  })

  test.each([
    ['two fields', 'a b', 'x.txt:3: expected a, b, label and perhaps a fold, got 2 fields'],
    ['five fields', 'a b 1 2 3', 'x.txt:3: expected a, b, label and perhaps a fold, got 5 fields'],
    ['a fold where others have none', 'a b 1 2', 'x.txt:3: expected 3 fields as in line 1, got 4'],
    ['another label', 'a b yes', 'x.txt:3: expected label 1 (one person) or 0 (two), got yes'],
    ['one image twice', 'a a 1', 'x.txt:3: expected two images, got the same twice, a'],
    ['an empty path', 'a\t\t1', 'x.txt:3: expected the paths of two images, got an empty one'],
    ['a quote that stays open', '"a b 1', 'x.txt:3: expected a closing quote before white space, got "a b 1'],
    ['text after a quote', '"a"x b 1', 'x.txt:3: expected a closing quote before white space, got "a"x b 1'],
  ])('refuses %s by its line', (_, line, message) => {
    const all = lines(10)
    all[2] = line
    expect(() => parsePairsList(all.join('\n'), { where: 'x.txt' })).toThrow(new DataError(message))
  })

  test('refuses an empty list, too few pairs for the folds, and folds that are none', () => {
    expect(() => parsePairsList('\n# a\n')).toThrow('pairs.txt: expected pairs, got an empty list')
    expect(() => parsePairsList(lines(4).join('\n'), { folds: 5 })).toThrow(
      'pairs.txt: expected 5 genuine and 5 impostor pairs or more for 5 folds, got 4 and 4',
    )
    expect(() => parsePairsList('a b 1 1\nc d 0 1')).toThrow(
      'pairs.txt: expected 2 to 255 different folds, got 1',
    )
    expect(() => parsePairsList('a b 1 1\nc d 0 x')).toThrow(
      'pairs.txt:2: expected a whole number as fold, got x',
    )
  })

  test('100 seeded mutations are read, or refused in one clear line', () =>
    mutateLists('pairs', { count: 100, seed: 1 }))
})

test('sharedPeople counts the people who are in more than one fold', () => {
  const of = (text: string) => {
    const pairs = parsePairsList(text)
    return sharedPeople(pairs, peopleOfPairs(pairs))
  }
  expect(of('a/1 a/2 1 1\nb/1 c/1 0 1\nd/1 d/2 1 2\ne/1 f/1 0 2')).toBe(0)
  expect(of('a/1 a/2 1 1\nb/1 c/1 0 1\na/1 d/2 0 2\nc/1 c/2 1 2\nc/1 b/2 0 3')).toBe(3)
})
