import { describe, expect, it } from 'vitest'
import type { Schedule } from '../../optim/index.ts'
import { resolveRecipe } from './recipe.ts'
import { factsOf, trainOptions } from './training-run.ts'

const facts = factsOf(
  { people: ['a', 'b', 'c'], samples: new Array(100).fill(null) },
  { height: 16, width: 16 },
)
const optionsOf = (given: Record<string, unknown>) =>
  trainOptions(resolveRecipe({ batch: 10, rate: 0.08, epochs: 4 }, given), facts)
const rates = (given: Record<string, unknown>, steps: readonly number[]): number[] => {
  const options = optionsOf(given)
  return steps.map((step) => Number((options.rate as Schedule)(step, options.steps).toPrecision(12)))
}

describe('trainOptions(recipe, data)', () => {
  it('counts whole batches', () => {
    expect(optionsOf({}).steps).toBe(40)
    expect(optionsOf({ batch: 30 }).steps).toBe(12)
    expect(optionsOf({ steps: 7 }).steps).toBe(7)
  })

  it('takes milestones up to 1 as fractions of the run, rounded down, and others as steps', () => {
    expect(rates({ milestones: [0.6, 30] }, [24, 25, 30, 31])).toEqual([0.08, 0.008, 0.008, 0.0008])
    expect(rates({ milestones: [0.51], rateFactor: 0.5 }, [20, 21])).toEqual([0.08, 0.04])
    expect(rates({ milestones: [1] }, [1, 40])).toEqual([0.08, 0.08])
  })

  it('has schedules by name, and a warm-up before each', () => {
    expect(rates({ schedule: 'constant' }, [1, 40])).toEqual([0.08, 0.08])
    expect(rates({ schedule: 'cosine' }, [1, 21])).toEqual([0.08, 0.04])
    expect(rates({ schedule: 'polynomial' }, [1, 21])).toEqual([0.08, 0.02])
    expect(rates({ schedule: 'polynomial', ratePower: 1 }, [1, 21])).toEqual([0.08, 0.04])
    expect(rates({ schedule: 'constant', warmUp: 4 }, [1, 2, 3, 4, 5])).toEqual([
      0.02, 0.04, 0.06, 0.08, 0.08,
    ])
  })

  it('renormalises prototypes under the form of A-Softmax that asks for it, and no others', () => {
    expect(optionsOf({ loss: 'a-softmax', form: 'renormalised' }).project).toBeDefined()
    for (const given of [{ loss: 'a-softmax', form: 'exact' }, { loss: 'lmcl' }, { loss: 'softmax' }])
      expect(optionsOf(given).project).toBeUndefined()
  })

  it('multiplies rate and decay of biases alone', () => {
    const { scales } = optionsOf({ biasRate: 2, biasDecay: 0 })
    expect(scales!('embedding.bias')).toEqual({ rate: 2, decay: 0 })
    expect(scales!('head.bias')).toEqual({ rate: 2, decay: 0 })
    for (const name of ['embedding.weight', 'stage1.down.slope', 'head.weight'])
      expect(scales!(name)).toEqual({})
  })
})
