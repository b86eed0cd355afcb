import { describe, expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import { lossNamed } from '../../losses/index.ts'
import { headOf, manyPeople } from './head-settings.ts'

const recipe = { head: 'dense', sampleRatio: 0.1, headStorage: 'memory' } as const
const lmcl = lossNamed('lmcl').build()

describe('headOf(recipe, loss)', () => {
  it('is dense in one graph with few people, and in chunks whose logits are kept with many', () => {
    expect(headOf(recipe, lmcl, { people: manyPeople - 1 })).toEqual({ kind: 'dense' })
    expect(headOf(recipe, lmcl, { people: manyPeople })).toMatchObject({ kind: 'chunked', keepsLogits: true })
  })

  it('is dense in one graph with many people where the loss needs all of them at once', () => {
    for (const built of [lossNamed('curricularface').build(), lossNamed('lmcl').build({ mhe: 0.1 })])
      expect(headOf(recipe, built, { people: manyPeople })).toEqual({ kind: 'dense' })
  })

  it('refuses chunks of a loss with a term that reads all prototypes', () => {
    const built = lossNamed('lmcl').build({ mhe: 0.1 })
    expect(() => headOf({ ...recipe, head: 'chunked' }, built, { people: 9 })).toThrow(UsageError)
  })

  it('takes files in the folder of the run, where there is one', () => {
    const inFile = { ...recipe, headStorage: 'file' } as const
    const sampled = { ...inFile, head: 'sampled' } as const
    expect(headOf(sampled, lmcl, { people: 9, folder: 'run' })).toEqual({
      ...{ kind: 'sampled', ratio: 0.1, folder: 'run' },
    })
    expect(headOf(sampled, lmcl, { people: 9 })).toEqual({ kind: 'sampled', ratio: 0.1 })
    expect(() => headOf(inFile, lmcl, { people: 9 })).toThrow(
      'train: headStorage file needs head chunked or sampled, got head dense',
    )
  })
})
