import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { forEachIndex, gate } from './parallel.ts'

test('gate(limit) runs tasks in order, never more than the limit at once, and passes results and failures on', async () => {
  const through = gate(2)
  const begun: number[] = []
  let [now, most] = [0, 0]
  const results = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((i) =>
      through(async () => {
        begun.push(i)
        most = Math.max(most, ++now)
        await pause(i === 0 ? 5 : 1)
        now--
        if (i === 3) throw new Error('three')
        return i * i
      }),
    ),
  )
  expect(begun).toEqual([0, 1, 2, 3, 4])
  expect(most).toBe(2)
  expect(results.map((r) => (r.status === 'fulfilled' ? r.value : r.reason.message))).toEqual([
    0,
    1,
    4,
    'three',
    16,
  ])
})

test('a task that comes as another ends does not slip past those that wait', async () => {
  const through = gate(1)
  const order: string[] = []
  const first = through(() => void order.push('first')).then(() => through(() => void order.push('late')))
  await Promise.all([
    first,
    through(() => void order.push('second')),
    through(() => void order.push('third')),
  ])
  expect(order).toEqual(['first', 'second', 'third', 'late'])
})

test('forEachIndex(count, limit, work) calls each index once, and starts no more after a failure', async () => {
  const seen: number[] = []
  await forEachIndex(7, 3, async (i) => {
    await pause(0)
    seen.push(i)
  })
  expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  const begun: number[] = []
  const failing = forEachIndex(100, 2, async (i) => {
    begun.push(i)
    await pause(1)
    if (i === 3) throw new Error('at 3')
  })
  await expect(failing).rejects.toThrow('at 3')
  await pause(10)
  expect(begun.length).toBeLessThan(7)
})
