import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { embeddingStore, type Kept } from './embedding-store.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'store-'))
})
afterAll(() => rm(base, { recursive: true }))

const keyOf = (i: number): string => String.fromCharCode(i % 256, i >> 8).padEnd(32, '\xff')
const kept = (i: number): Kept => ({ feature: Float32Array.of(i, -i, 0.5) })
const facts = { model: 'm', width: 3 }

/** A store in a folder of its own, and what it says. */
function open(name: string, options: { now?: () => number; facts?: Record<string, unknown> } = {}) {
  const said: string[] = []
  const store = embeddingStore(join(base, name), options.facts ?? facts, {
    say: (line) => said.push(line),
    ...(options.now && { now: options.now }),
  })
  return { store, said }
}

async function found(store: ReturnType<typeof open>['store'], wanted: readonly number[]) {
  const all = new Map<string, Kept>()
  await store.find(new Set(wanted.map(keyOf)), (key, value) => all.set(key, value))
  expect(wanted.map(keyOf)).toEqual(expect.arrayContaining([...all.keys()]))
  return wanted.map((i) => all.get(keyOf(i)))
}

test('what was added and flushed is found by another store of the same facts, and only what is wanted', async () => {
  const { store } = open('plain')
  for (let i = 0; i < 5; i++) await store.add(keyOf(i), kept(i))
  expect(await found(open('plain').store, [1, 3])).toEqual([undefined, undefined])
  await store.flush()
  const other = open('plain')
  expect(await found(other.store, [3, 9, 1])).toEqual([kept(3), undefined, kept(1)])
  expect(other.said).toEqual([])
})

test('features of images and mirror images are kept apart', async () => {
  const { store } = open('sides')
  const both = { feature: Float32Array.of(1, 2), mirrored: Float32Array.of(3, 4) }
  await store.add(keyOf(0), both)
  await store.flush()
  expect(await found(open('sides').store, [0])).toEqual([both])
})

test('other facts have another folder, which says what it holds', async () => {
  const { store } = open('facts')
  await store.add(keyOf(0), kept(0))
  await store.flush()
  const other = open('facts', { facts: { ...facts, width: 4 } })
  expect(other.store.folder).not.toBe(store.folder)
  expect(await found(other.store, [0])).toEqual([undefined])
  expect(JSON.parse(await readFile(join(store.folder, 'about.json'), 'utf8'))).toEqual(facts)
})

test('a piece is written when there are 2048 embeddings, and when the last one is 20 s old', async () => {
  let time = 0
  const { store } = open('pieces', { now: () => time })
  const pieces = async () =>
    (await readdir(store.folder).catch(() => [])).filter((n) => n.endsWith('.bin')).length
  for (let i = 0; i < 2047; i++) await store.add(keyOf(i), kept(i))
  expect(await pieces()).toBe(0)
  await store.add(keyOf(2047), kept(2047))
  expect(await pieces()).toBe(1)
  time = 19_999
  await store.add(keyOf(2048), kept(2048))
  expect(await pieces()).toBe(1)
  time = 20_000
  await store.add(keyOf(2049), kept(2049))
  expect(await pieces()).toBe(2)
  expect(await found(open('pieces').store, [0, 2047, 2048, 2049])).toEqual([0, 2047, 2048, 2049].map(kept))
})

test('a piece that is damaged or none is named and left out, the others are read', async () => {
  const { store } = open('damaged')
  for (let i = 0; i < 3; i++) {
    await store.add(keyOf(i), kept(i))
    await store.flush()
  }
  const pieces = (await readdir(store.folder)).filter((name) => name.endsWith('.bin')).sort()
  expect(pieces).toHaveLength(3)
  await truncate(join(store.folder, pieces[0]!), 70)
  await writeFile(join(store.folder, 'notes.bin'), 'hello')
  await writeFile(join(store.folder, 'half.bin.tmp-1'), 'left by a run that was killed')
  const { store: again, said } = open('damaged')
  const all = await found(again, [0, 1, 2])
  expect(all.filter(Boolean)).toHaveLength(2)
  expect(said.toSorted()).toEqual(
    [
      `${join(store.folder, pieces[0]!)}: left out, expected 108 bytes, got 70`,
      `${join(store.folder, 'notes.bin')}: left out, not a piece of an embedding cache`,
    ].toSorted(),
  )
})

test('stores that write at once in one folder lose nothing', async () => {
  const stores = [0, 1, 2, 3].map(() => open('together'))
  await Promise.all(
    stores.map(async ({ store }, k) => {
      for (let round = 0; round < 5; round++) {
        // One embedding that all of them add, and one of each.
        await store.add(keyOf(round), kept(round))
        await store.add(keyOf(1000 + 10 * round + k), kept(k))
        await store.flush()
      }
    }),
  )
  const { store, said } = open('together')
  const wanted = [
    0,
    1,
    2,
    3,
    4,
    ...[0, 1, 2, 3, 4].flatMap((r) => [0, 1, 2, 3].map((k) => 1000 + 10 * r + k)),
  ]
  expect((await found(store, wanted)).every(Boolean)).toBe(true)
  expect(said).toEqual([])
})

test('equal embeddings are one file, however often they are written', async () => {
  for (let i = 0; i < 3; i++) {
    const { store } = open('equal')
    await store.add(keyOf(1), kept(1))
    await store.flush()
  }
  expect(await readdir(open('equal').store.folder)).toHaveLength(2)
})

test('a folder that cannot be written is named once and the work goes on', async () => {
  await writeFile(join(base, 'file'), '')
  const { store, said } = open('file')
  await store.add(keyOf(0), kept(0))
  await store.flush()
  await store.add(keyOf(1), kept(1))
  await store.flush()
  expect(said).toEqual([
    `embeddings are not kept: expected a folder, got a file, got --cache ${join(base, 'file')}`,
  ])
})
