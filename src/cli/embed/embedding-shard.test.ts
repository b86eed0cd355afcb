import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mutateBytes } from '../../../test/data/mutate.ts'
import { rng } from '../../math/rng.ts'
import { decodeShard, encodeShard, type Shard } from './embedding-shard.ts'

const space = new Uint8Array(32).map((_, i) => 255 - i)
const shard = (count: number, columns: number, sides: number): Shard => ({
  keys: new Uint8Array(32 * count).map((_, i) => (7 * i) % 256),
  values: new Float32Array(count * columns * sides).map((_, i) => i / 3),
  ...{ columns, sides },
})

test('decodeShard gives back what encodeShard wrote, wherever the bytes lie in their buffer', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 0, max: 5 }),
      (count, columns, sides, offset) => {
        const bytes = encodeShard(shard(count, columns, sides), space)
        const moved = new Uint8Array(bytes.length + offset)
        moved.set(bytes, offset)
        expect(decodeShard(moved.subarray(offset), space)).toEqual(shard(count, columns, sides))
      },
    ),
    { seed: 1, numRuns: 100 },
  )
})

test('a shard is 64 bytes, then 32 bytes an image, then its numbers', () => {
  expect(encodeShard(shard(3, 5, 2), space).length).toBe(64 + 3 * (32 + 4 * 2 * 5))
})

test('each single flipped bit is noticed', () => {
  const bytes = encodeShard(shard(2, 3, 1), space)
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    // The last word of the header says nothing.
    const flipped = Uint8Array.from(bytes)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    expect(typeof decodeShard(flipped, space), `bit ${bit}`).toBe('string')
  }
})

test('decodeShard says why a piece cannot be used', () => {
  const bytes = encodeShard(shard(2, 3, 1), space)
  const changed = (change: (bytes: Uint8Array) => void) => {
    const copy = Uint8Array.from(bytes)
    change(copy)
    return decodeShard(copy, space)
  }
  expect(decodeShard(new Uint8Array(), space)).toBe('not a piece of an embedding cache')
  expect(decodeShard(bytes.subarray(0, 40), space)).toBe('cut short')
  expect(decodeShard(bytes.subarray(0, 100), space)).toBe('expected 152 bytes, got 100')
  expect(changed((copy) => copy.set([2], 8))).toBe('expected version 1, got 2')
  expect(changed((copy) => copy.set([0], 24))).toBe('made by another model or description')
  expect(changed((copy) => copy.set([9], 130))).toBe('the checksum does not fit')
})

test('decodeShard reads no mutation as anything but what was written', () => {
  const written = shard(4, 6, 2)
  const bytes = encodeShard(written, space)
  for (let i = 0; i < 500; i++) {
    const found = decodeShard(mutateBytes(bytes, rng(1, i)), space)
    if (typeof found === 'string') expect(found.length, `mutation ${i}`).toBeLessThan(80)
    else expect(found, `mutation ${i}`).toEqual(written)
  }
})
