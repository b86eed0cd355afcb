import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inOrder } from './in-order.ts'

async function* from<T>(items: readonly T[], onTake: (item: T) => void = () => {}): AsyncGenerator<T> {
  for (const item of items) {
    onTake(item)
    yield item
  }
}

const tick = (turns: number): Promise<void> =>
  turns > 0 ? Promise.resolve().then(() => tick(turns - 1)) : Promise.resolve()

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of items) seen.push(item)
  return seen
}

test('inOrder(items, work) yields in the order of the items, however long each takes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(12)), fc.integer({ min: 1, max: 6 }), async (waits, ahead) => {
      const numbered = waits.map((wait, i) => ({ wait, i }))
      const work = async ({ wait, i }: { wait: number; i: number }) => {
        await tick(wait)
        return i
      }
      expect(await all(inOrder(from(numbered), work, { ahead }))).toEqual([...waits.keys()])
    }),
    { seed: 1, numRuns: 100 },
  )
})

test('inOrder(items, work) has as many under way as it may, and never more', async () => {
  let running = 0
  let most = 0
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running)
    await tick(5)
    running--
  }
  await all(inOrder(from([...Array(20).keys()]), work, { ahead: 3 }))
  expect(most).toBe(3)
})

test('inOrder(items, work) throws a failure in its turn, begins no more, and waits for what is under way', async () => {
  const begun: number[] = []
  let ended = 0
  const work = async (i: number): Promise<number> => {
    begun.push(i)
    await tick(i === 1 ? 1 : 30)
    ended++
    if (i === 1) throw new Error('one')
    return i
  }
  const seen: number[] = []
  const read = async (): Promise<void> => {
    for await (const i of inOrder(from([0, 1, 2, 3, 4, 5, 6]), work, { ahead: 3 })) seen.push(i)
  }
  await expect(read()).rejects.toThrow('one')
  expect(seen).toEqual([0])
  expect(begun.length).toBeLessThan(6)
  expect(ended).toBe(begun.length)
})

test('inOrder(items, work) takes no more items once its reader stops', async () => {
  const taken: number[] = []
  for await (const i of inOrder(
    from([...Array(50).keys()], (item) => taken.push(item)),
    async (item) => item,
    { ahead: 2 },
  ))
    if (i === 3) break
  expect(taken.length).toBeLessThan(8)
})
