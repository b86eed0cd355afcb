import { expect, test } from 'vitest'
import { duration, progress } from './progress.ts'

/** A stream that remembers what was written, and a clock that stands still until it is set. */
function bench(options: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = []
  const clock = { ms: 0 }
  return {
    written,
    clock,
    stream: { ...options, write: (text: string) => written.push(text) },
    now: () => clock.ms,
  }
}

test('progress on a terminal rewrites one line with count, percentage, rate and time left', () => {
  const { written, clock, stream, now } = bench({ isTTY: true, columns: 100 })
  const bar = progress({ total: 200, label: 'align', stream, unit: 'img', now })
  clock.ms = 2000
  bar.update(50)
  expect(written).toEqual(['\ralign 50/200  25 %  25.0 img/s  6.0 s left\x1b[K'])
})

test('progress on a terminal writes at most ten times a second', () => {
  const { written, clock, stream, now } = bench({ isTTY: true })
  const bar = progress({ total: 10, label: 'x', stream, now })
  for (let i = 1; i <= 10; i++) {
    clock.ms += 50
    bar.update(i)
  }
  expect(written).toHaveLength(5)
})

test('progress never writes a line that a terminal would wrap', () => {
  const { written, clock, stream, now } = bench({ isTTY: true, columns: 20 })
  const bar = progress({ total: 200, label: 'align', stream, now })
  clock.ms = 1000
  bar.update(50, 'an extra that is long')
  expect(written[0]).toBe('\ralign 50/200  25 % \x1b[K')
})

test('progress into a pipe writes a plain line at most every 10 s', () => {
  const { written, clock, stream, now } = bench()
  const bar = progress({ total: 100, label: 'train', stream, now })
  for (let i = 1; i <= 25; i++) {
    clock.ms = i * 1000
    bar.update(i, 'loss 1.5')
  }
  expect(written).toEqual([
    'train 10/100  10 %  1/s  1 min 30 s left  loss 1.5\n',
    'train 20/100  20 %  1/s  1 min 20 s left  loss 1.5\n',
  ])
})

test('progress into a pipe ends with one line that sums up, though the work was short', () => {
  const { written, clock, stream, now } = bench()
  const bar = progress({ total: 3, label: 'align', stream, unit: 'img', now })
  clock.ms = 500
  bar.update(3)
  bar.finish()
  bar.finish()
  bar.update(3)
  expect(written).toEqual(['align 3 in 0.5 s, 6 img/s\n'])
})

test('progress on a terminal ends its line, and says how many of how many when it stopped early', () => {
  const { written, clock, stream, now } = bench({ isTTY: true })
  const bar = progress({ total: 30, label: 'align', stream, now })
  clock.ms = 1000
  bar.update(10, '2 refused')
  bar.finish()
  expect(written.slice(1)).toEqual(['\ralign 10/30 in 1.0 s, 10.0/s  2 refused\x1b[K', '\n'])
})

test('progress without a total shows no percentage and no time left', () => {
  const { written, clock, stream, now } = bench({ isTTY: true })
  const bar = progress({ label: 'count', stream, now })
  clock.ms = 1000
  bar.update(5)
  expect(written).toEqual(['\rcount 5  5/s\x1b[K'])
})

test('progress counts the rate from where this run began', () => {
  const { written, clock, stream, now } = bench({ isTTY: true })
  const bar = progress({ total: 200, label: 'train', from: 100, stream, now })
  clock.ms = 1000
  bar.update(102)
  expect(written[0]).toContain('2/s  49 s left')
  bar.finish()
  expect(written[1]).toContain('train 102/200 in 1.0 s, 2/s')
})

test('progress counts the rate from when the work began, where that was before the first line', () => {
  const { written, clock, stream, now } = bench({ isTTY: true, columns: 100 })
  clock.ms = 2000
  progress({ total: 20, label: 'embed', stream, now, start: 0 }).update(10)
  expect(written).toEqual(['\rembed 10/20  50 %  5/s  2.0 s left\x1b[K'])
})

test('progress takes the rate of about the last half minute, so that a slow start is forgotten', () => {
  const { written, clock, stream, now } = bench()
  const bar = progress({ total: 1000, label: 'train', stream, now })
  let done = 0
  for (let second = 1; second <= 100; second++) {
    clock.ms = second * 1000
    done += second <= 20 ? 1 : 5
    bar.update(done)
  }
  expect(written.at(-1)).toContain('5/s')
})

test('duration(seconds) is short at every scale', () => {
  expect([0.44, 9.96, 59.4, 59.6, 185, 3599.7, 7620, 86_400 * 3 + 4 * 3600].map(duration)).toEqual([
    '0.4 s',
    '10 s',
    '59 s',
    '1 min 00 s',
    '3 min 05 s',
    '1 h 00 min',
    '2 h 07 min',
    '3 d 04 h',
  ])
  expect(duration(Number.POSITIVE_INFINITY)).toBe('?')
})
