import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseMegafaceDistractors, parseMegafaceProbes } from './megaface-list.ts'

const probes = (value: unknown) => parseMegafaceProbes(JSON.stringify(value), { name: 'p.json' })
const distractors = (value: unknown, size?: number) =>
  parseMegafaceDistractors(JSON.stringify(value), { name: 'd.json', ...(size !== undefined && { size }) })

describe('parseMegafaceProbes(text)', () => {
  it('numbers people in the order of the list', () => {
    const { labels, ids } = probes({ id: ['b', 'a', 'b'], path: ['b/1', 'a/1', 'b/2'] })
    expect([...labels]).toEqual([0, 1, 0])
    expect(ids).toEqual(['b', 'a', 'b'])
  })

  it.each<[unknown, string]>([
    [[], 'p.json: expected {"path": [...]}, got a list of 0'],
    [null, 'p.json: expected {"path": [...]}, got null'],
    [{}, 'p.json: expected a list "path", got nothing'],
    [{ path: [] }, 'p.json: the list "path" is empty'],
    [{ path: ['a', 3] }, 'p.json: expected text as path 1, got 3'],
    [{ path: ['a', ''] }, 'p.json: expected text as path 1, got an empty text'],
    [{ path: ['a', 'b'] }, 'p.json: expected "id", the person of each path, got none'],
    [{ path: ['a', 'b'], id: ['x'] }, 'p.json: expected an id for each of 2 paths, got 1'],
    [{ path: ['a', 'a'], id: ['x', 'x'] }, 'p.json: path 1 is path 0 again, got a'],
    [
      { path: ['a', 'b'], id: ['x', 'y'] },
      'p.json: expected a person with two images or more, got 2 with one each',
    ],
    [{ path: ['../a', 'b'], id: ['x', 'x'] }, 'p.json: path 0 does not stay below its folder, got ../a'],
    [{ path: ['a', '/b'], id: ['x', 'x'] }, 'p.json: path 1 does not stay below its folder, got /b'],
    [{ path: ['a', 'b/..\\c'], id: ['x', 'x'] }, 'p.json: path 1 does not stay below its folder'],
    [{ path: ['a', 'C:\\b'], id: ['x', 'x'] }, 'p.json: path 1 does not stay below its folder'],
  ])('refuses %j', (value, message) => {
    expect(() => probes(value)).toThrow(message)
  })

  it('says in one line that a file is no JSON', () => {
    expect(() => parseMegafaceProbes('{"path":\n [oops', { name: 'p.json' })).toThrow(
      /^p\.json: no JSON, [^\n]+$/,
    )
  })
})

describe('parseMegafaceDistractors(text)', () => {
  it('reads lists of both challenges', () => {
    expect(distractors({ path: ['a', 'a'] })).toEqual({ paths: ['a', 'a'] })
    expect(distractors({ path: ['a'], id: ['x'] })).toEqual({ paths: ['a'], ids: ['x'] })
  })

  it('refuses a list of another size', () => {
    expect(() => distractors({ path: ['a'] }, 10)).toThrow('d.json: expected 10 paths, got 1')
  })
})

const lists = new URL('../../../shared/protocols/megaface/', import.meta.url)
describe.skipIf(!existsSync(lists))('the real lists (need ../shared)', () => {
  it.each([
    ['facescrub_features_list.json', 3530, 80, 153634],
    ['facescrub_uncropped_features_list.json', 3530, 80, 153634],
    ['fgnet_feature_list.json', 975, 82, 11084],
  ])('%s: %d images of %d people, %d ordered pairs', (file, images, people, pairs) => {
    const { paths, labels } = parseMegafaceProbes(readFileSync(new URL(file, lists), 'utf8'))
    expect([paths.length, new Set(labels).size]).toEqual([images, people])
    const counts = new Array(people).fill(0)
    for (const label of labels) counts[label]++
    expect(counts.reduce((sum, n) => sum + n * (n - 1), 0)).toBe(pairs)
  })

  it.each(['', 'challenge2/'])('megaface/%s: each has as many distractors as its name says', (folder) => {
    const names = readdirSync(new URL(`./${folder}`, lists)).filter((name) => name.startsWith('megaface_'))
    expect(names).toHaveLength(4)
    for (const name of names) {
      const [, size] = /_(\d+)_1$/.exec(name)!
      const text = readFileSync(new URL(`./${folder}${name}`, lists), 'utf8')
      const { ids } = parseMegafaceDistractors(text, { name, size: Number(size) })
      expect(ids !== undefined).toBe(folder !== '')
    }
  })
})
