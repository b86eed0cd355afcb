import { expect, it } from 'vitest'
import { memoryFrom, parseMemory } from './memory.ts'

it('parseMemory(text) reads GiB and MiB, and takes a number alone as GiB', () => {
  expect(parseMemory('2')).toBe(2 ** 31)
  expect(parseMemory('2GiB')).toBe(2 ** 31)
  expect(parseMemory('0.5 gb')).toBe(2 ** 29)
  expect(parseMemory('512MiB')).toBe(2 ** 29)
  expect(parseMemory('64m')).toBe(2 ** 26)
})

it('parseMemory(text) refuses other words, and less than 64 MiB', () => {
  for (const text of ['', 'much', '-1', '1TiB', '63MiB', '1e9'])
    expect(() => parseMemory(text), text).toThrow(
      `--memory: expected at least 64MiB, such as 2GiB or 512MiB, got ${text}`,
    )
})

it('memoryFrom(least) refuses less than that', () => {
  expect(memoryFrom(1024)('1GiB')).toBe(2 ** 30)
  expect(() => memoryFrom(1024)('1023MiB')).toThrow(
    '--memory: expected at least 1024MiB, such as 2GiB or 1536MiB, got 1023MiB',
  )
})
