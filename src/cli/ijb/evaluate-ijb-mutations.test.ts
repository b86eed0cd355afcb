import { expect, test } from 'vitest'
import { ijbMutations } from '../../../test/evaluate/ijb-mutations.ts'

test('evaluate ijbb answers 100 seeded mutations of its files with a result or one clear line', async () => {
  const { taken, refused, wrong } = await ijbMutations(1, 100)
  expect(wrong).toEqual([])
  expect(taken).toBeGreaterThan(5)
  expect(refused).toBeGreaterThan(40)
})
