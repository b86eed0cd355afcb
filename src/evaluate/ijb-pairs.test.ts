import { describe, expect, it } from 'vitest'
import { pieces } from '../../test/evaluate/ijb-lists.ts'
import { type PairPiece, readIjbPairs } from './ijb-pairs.ts'

const rowOf = new Map([
  [7, 0],
  [20, 1],
  [123456789012345, 2],
])

async function all(text: string, size = 5) {
  const found: PairPiece[] = []
  for await (const piece of readIjbPairs(pieces(text, size), rowOf, { where: 'p.txt' })) found.push(piece)
  return found
}
const joined = (found: readonly PairPiece[]) =>
  found.flatMap(({ left, right, same }) => [...left].map((a, p) => [a, right[p], same[p]]))

describe('readIjbPairs(chunks, rowOf)', () => {
  it('gives the rows of both templates and the label of each line, whatever the pieces', async () => {
    const text = '\uFEFF7 20 1\r\n\n 20\t7  0 \n123456789012345 007 1'
    const expected = [
      [0, 1, 1],
      [1, 0, 0],
      [2, 0, 1],
    ]
    for (const size of [1, 2, 3, 11, 1000]) {
      const found = await all(text, size)
      expect(joined(found)).toEqual(expected)
      let start = 0
      for (const piece of found) {
        expect(piece.start).toBe(start)
        start += piece.same.length
      }
    }
  })

  it('gives nothing for an empty list', async () => {
    expect(await all('')).toEqual([])
    expect(await all('\n \r\n')).toEqual([])
  })

  it('names the line of what is wrong', async () => {
    const wrong = async (line: string) => all(`7 20 1\n\n${line}\n`).catch((error: Error) => error.message)
    for (const line of [
      '7 20',
      '7 20 2',
      '7 20 1 1',
      '7,20,1',
      '-7 20 1',
      '7 20 x',
      '7 20 1.0',
      '7 0x7 1',
      '+7 20 1',
    ])
      expect(await wrong(line)).toBe(`p.txt:3: expected two templates and a label 0 or 1, got ${line}`)
    expect(await wrong('1234567890123456 20 1')).toContain(
      'p.txt:3: expected two templates and a label 0 or 1',
    )
    expect(await wrong('7 21 1')).toBe('p.txt:3: expected templates of the list of templates, got 21')
    expect(await wrong('8 20 1')).toBe('p.txt:3: expected templates of the list of templates, got 8')
    expect(await wrong('7'.repeat(2000))).toBe(
      'p.txt:3: expected a line of at most 1024 bytes, got a longer one',
    )
  })
})
