import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mutateLfwPairs } from '../../test/evaluate/mutate-lfw-pairs.ts'
import { parseLfwPairs } from './lfw-pairs.ts'

/** A list in LFW's form: `folds` blocks of `pairs` genuine and `pairs` impostor lines. */
function list(folds: number, pairs: number, header = `${folds}\t${pairs}`): string[] {
  const lines = header === '' ? [] : [header]
  for (let k = 0; k < folds; k++) {
    for (let i = 0; i < pairs; i++) lines.push(`Ann_${k}_${i}\t1\t2`)
    for (let i = 0; i < pairs; i++) lines.push(`Ann_${k}_${i}\t1\tBob_${k}_${i}\t3`)
  }
  return lines
}

describe('parseLfwPairs(text)', () => {
  test('reads view 2: folds by the header, images as name/name_%04d.jpg, each once', () => {
    const pairs = parseLfwPairs(list(2, 1).join('\n'))
    expect(pairs.images).toEqual([
      'Ann_0_0/Ann_0_0_0001.jpg',
      'Ann_0_0/Ann_0_0_0002.jpg',
      'Bob_0_0/Bob_0_0_0003.jpg',
      'Ann_1_0/Ann_1_0_0001.jpg',
      'Ann_1_0/Ann_1_0_0002.jpg',
      'Bob_1_0/Bob_1_0_0003.jpg',
    ])
    expect([...pairs.left]).toEqual([0, 0, 3, 3])
    expect([...pairs.right]).toEqual([1, 2, 4, 5])
    expect([...pairs.same]).toEqual([1, 0, 1, 0])
    expect([...pairs.foldOf]).toEqual([0, 0, 1, 1])
    expect(pairs.folds).toBe(2)
  })

  test('deals a list without a header into ten folds with a tenth of each kind', () => {
    const pairs = parseLfwPairs(list(1, 25, '').join('\n'))
    expect(pairs.folds).toBe(10)
    const count = (kind: number) =>
      Array.from(
        { length: 10 },
        (_, k) => pairs.foldOf.filter((f, i) => f === k && pairs.same[i] === kind).length,
      )
    expect(count(1)).toEqual([2, 3, 2, 3, 2, 3, 2, 3, 2, 3])
    expect(count(0)).toEqual([2, 3, 2, 3, 2, 3, 2, 3, 2, 3])
    expect([...pairs.foldOf.slice(0, 25)]).toEqual([...pairs.foldOf.slice(0, 25)].sort((a, b) => a - b))
  })

  test('deals a list with the one-number header of view 1 likewise', () => {
    const without = parseLfwPairs(list(1, 25, '').join('\n'))
    expect(parseLfwPairs(list(1, 25, '25').join('\n'))).toEqual(without)
  })

  test('parts fields by tabs where there are any, so that names may hold spaces, else by white space', () => {
    const tabs = parseLfwPairs('1\t10\n'.concat(list(1, 10, '').join('\n').replaceAll('_', ' ')))
    expect(tabs.images[0]).toBe('Ann 0 0/Ann 0 0_0001.jpg')
    const spaces = parseLfwPairs(list(2, 1).join('\n').replaceAll('\t', '  '))
    expect(spaces).toEqual(parseLfwPairs(list(2, 1).join('\n')))
  })

  test('takes Windows line ends, a byte order mark and empty lines at the end', () => {
    const plain = parseLfwPairs(list(2, 2).join('\n'))
    expect(parseLfwPairs(`\ufeff${list(2, 2).join('\r\n')}\r\n\r\n`)).toEqual(plain)
  })

  test.each([
    [
      'a line of two fields',
      (l: string[]) => (l[17] = 'Ann\t1'),
      'pairs.txt:18: expected 3 or 4 fields, got 2',
    ],
    ['an empty line between', (l: string[]) => (l[4] = ''), 'pairs.txt:5: expected 3 or 4 fields, got 0'],
    [
      'a number that is none',
      (l: string[]) => (l[1] = 'A\t1\tx'),
      'pairs.txt:2: expected the number of an image, got x',
    ],
    ['a name with a slash', (l: string[]) => (l[1] = '../A\t1\t2'), 'pairs.txt:2: expected a name, got ../A'],
    ['an empty name', (l: string[]) => (l[1] = '\t1\t2'), 'pairs.txt:2: expected a name, got none'],
    [
      'an impostor pair of one person',
      (l: string[]) => (l[20] = 'A\t1\tA\t2'),
      'pairs.txt:21: expected two people, got the same name twice, A',
    ],
    [
      'a missing line',
      (l: string[]) => l.splice(7, 1),
      'pairs.txt: expected 40 pairs by its header (2 x 10 genuine and 10 impostor), got 39',
    ],
    [
      'a line too many',
      (l: string[]) => l.push('A\t1\t2'),
      'pairs.txt: expected 40 pairs by its header (2 x 10 genuine and 10 impostor), got 41',
    ],
    [
      'kinds out of order',
      (l: string[]) => ([l[10], l[11]] = [l[11]!, l[10]!]),
      "pairs.txt:11: expected a genuine pair (3 fields) by the header's counts, got 4 fields",
    ],
    [
      'a header of no folds',
      (l: string[]) => (l[0] = '0\t10'),
      'pairs.txt:1: expected 1 to 255 folds of 1 pair or more, got 0 10',
    ],
  ])('refuses %s by its line', (_, change, message) => {
    const lines = list(2, 10)
    change(lines)
    expect(() => parseLfwPairs(lines.join('\n'))).toThrow(message)
  })

  test('refuses an empty list and one too short for ten folds, by the name given', () => {
    expect(() => parseLfwPairs(' \n\n', { where: 'dev.txt' })).toThrow(
      'dev.txt: expected pairs, got an empty list',
    )
    expect(() => parseLfwPairs('A\t1\t2\nA\t1\tB\t2', { where: 'dev.txt' })).toThrow(
      'dev.txt: expected 10 genuine and 10 impostor pairs or more, got 1 and 1',
    )
  })
})

const shared = new URL('../../../shared/data/lfw/', import.meta.url)

describe.skipIf(!existsSync(shared))('parseLfwPairs(text) on the lists in ../shared/data/lfw', () => {
  const read = (name: string) => parseLfwPairs(readFileSync(new URL(name, shared), 'utf8'), { where: name })

  test('finds the 6,000 pairs over 7,701 images of view 2, 300 of a kind in each fold, folds without a common person', () => {
    const pairs = read('pairs.txt')
    expect([pairs.same.length, pairs.images.length, pairs.folds]).toEqual([6000, 7701, 10])
    const foldOfPerson = new Map<string, number>()
    for (let p = 0; p < 6000; p++)
      for (const image of [pairs.left[p]!, pairs.right[p]!]) {
        const person = pairs.images[image]!.split('/')[0]!
        expect(foldOfPerson.get(person) ?? pairs.foldOf[p]).toBe(pairs.foldOf[p])
        foldOfPerson.set(person, pairs.foldOf[p]!)
      }
    for (let k = 0; k < 10; k++)
      expect(pairs.same.filter((label, p) => pairs.foldOf[p] === k && label === 1)).toHaveLength(300)
  })

  test('finds 1,100 and 500 pairs of a kind in view 1', () => {
    for (const [name, count] of [
      ['pairsDevTrain.txt', 1100],
      ['pairsDevTest.txt', 500],
    ] as const) {
      const { same } = read(name)
      expect(same.filter((label) => label === 1)).toHaveLength(count)
      expect(same.filter((label) => label === 0)).toHaveLength(count)
    }
  })
})

test('100 seeded mutations of a list are read, or refused in one clear line each', () =>
  mutateLfwPairs({ count: 100, seed: 1 }))
