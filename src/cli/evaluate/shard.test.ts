import { expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import { parseShard } from './shard.ts'

it('parseShard(text) reads i/n, counted from 1', () => {
  expect(parseShard('1/1')).toEqual({ index: 1, count: 1 })
  expect(parseShard('3/16')).toEqual({ index: 3, count: 16 })
})

it('parseShard(text) refuses 0/n, more than n, and other words', () => {
  for (const text of ['0/2', '3/2', '1', '1/', '/2', '-1/2', '1/2/3', 'a/b', '1/99999', ''])
    expect(() => parseShard(text), text).toThrow(UsageError)
  expect(() => parseShard('3/2')).toThrow('--shard: expected i/n, from 1/n to n/n, got 3/2')
})
