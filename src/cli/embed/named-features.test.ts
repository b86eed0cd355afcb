import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mutateNames } from '../../../test/cli/mutate-features.ts'
import { encodeNpy } from '../../embed/index.ts'
import { DataError } from '../../errors.ts'
import { matchNames, readNamedFeatures } from './named-features.ts'

let base: string
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'named-features-'))
  await writeFile(at('f.npy'), encodeNpy({ shape: [3, 1], data: Float32Array.of(10, 20, 30) }))
})
afterAll(() => rm(base, { recursive: true }))

/** Features by name, and what was said. */
async function read(items: readonly string[], names?: string) {
  const said: string[] = []
  const found = await readNamedFeatures(at('f.npy'), items, { names, say: (line) => said.push(line) })
  const { names: list } = found.source.features
  return { data: [...found.feature.data], missing: [...found.missing], list, said }
}

test('without a list of names the rows are those of the items in order, and that is said', async () => {
  expect(await read(['a', 'b', 'c'])).toEqual({
    data: [10, 20, 30],
    missing: [0, 0, 0],
    list: null,
    said: [`${at('f.npy')}: no ${at('f.names.txt')}: its rows are taken in the order of the list`],
  })
  await expect(read(['a', 'b'])).rejects.toThrow(
    new DataError(
      `${at('f.npy')}: expected ${at('f.names.txt')} with the names of its 3 rows, or a row for each of 2 items in order`,
    ),
  )
})

test('a list of names beside the file or given is used, with lines that end in either way', async () => {
  await writeFile(at('given.txt'), 'c\r\nb\r\na\r\n')
  expect(await read(['a', 'b', 'x'], at('given.txt'))).toEqual({
    data: [30, 20, 0],
    missing: [0, 0, 1],
    list: {
      file: at('given.txt'),
      sha256: createHash('sha256').update('c\r\nb\r\na\r\n').digest('hex'),
    },
    said: [],
  })
  await writeFile(at('f.names.txt'), 'b\na\nc')
  expect((await read(['a', 'b'])).data).toEqual([20, 10])
  await rm(at('f.names.txt'))
})

test('a list that does not fit is refused in one line', async () => {
  await expect(read(['a'], at('none.txt'))).rejects.toThrow(
    new DataError(`${at('none.txt')}: no such file or folder`),
  )
  await writeFile(at('short.txt'), 'a\nb\n')
  await expect(read(['a'], at('short.txt'))).rejects.toThrow(
    new DataError(`${at('short.txt')}: expected a name for each of 3 rows, got 2`),
  )
  await writeFile(at('twice.txt'), 'a\nb\na\n')
  await expect(read(['a'], at('twice.txt'))).rejects.toThrow(
    new DataError(`${at('twice.txt')}:3: expected each name once, got that of line 1, a`),
  )
  await writeFile(at('others.txt'), 'x\ny\nz\n')
  await expect(read(['a', 'b'], at('others.txt'))).rejects.toThrow(
    new DataError(`${at('others.txt')}: none of 2 items is named, the first: a`),
  )
})

test('matchNames(items, text) gives the row of each item, -1 where it has none', () => {
  expect([...matchNames(['a', 'b', 'c'], 'c\na\n', { rows: 2 })]).toEqual([1, -1, 0])
})

test('100 seeded mutations of a list of names are matched, or refused in one clear line each', () =>
  mutateNames({ count: 100, seed: 1 }))
