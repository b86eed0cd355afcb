import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { nextKept, settled } from '../../test/losses/settled.ts'
import { UsageError } from '../errors.ts'
import { constant } from '../graph/index.ts'
import { termOptions } from './added-terms.ts'
import { losses, lossNamed } from './catalogue.ts'
import { centerLoss } from './center.ts'
import { contrastive } from './contrastive.ts'
import { mhe, mheOfBatch } from './mhe.ts'
import { triplet } from './triplet.ts'

const problem = { ...randomProblem(31, { N: 6, C: 4 }), labels: [0, 0, 1, 1, 3, 3] }
const build = (name: string, given: Record<string, unknown> = {}) => lossNamed(name).build(given)
const state = { 'head.centres': Array.from({ length: 20 }, (_, k) => 0.1 * k), 'head.bias': [0, 0, 0, 0] }
const at = (loss: Loss, given: Problem = problem) => inFloat64(settled(loss, state), given)

const centers: Loss = (x, _, labels) => centerLoss(x, constantCentres(), labels)
const constantCentres = () => constant(state['head.centres'], [4, 5])

describe('any loss with prototypes takes a weight of a term besides its own', () => {
  test.each<[string, Record<string, unknown>, number, Loss]>([
    ['center', { center: 0.3 }, 0.3, centers],
    ['contrastive', { contrastive: 0.05 }, 0.05, (x, _, y) => contrastive(x, y)],
    [
      'contrastive, margin',
      { contrastive: 2, contrastiveMargin: 1.7 },
      2,
      (x, _, y) => contrastive(x, y, { m: 1.7 }),
    ],
    ['triplet', { triplet: 0.5 }, 0.5, (x, _, y) => triplet(x, y)],
    [
      'triplet, hard',
      { triplet: 0.5, tripletMining: 'hard', tripletMargin: 1 },
      0.5,
      (x, _, y) => triplet(x, y, { mining: 'hard', m: 1 }),
    ],
    ['mhe', { mhe: 0.1 }, 0.1, (_, W, y) => mheOfBatch(W, y)],
    ['mhe, all pairs', { mhe: 0.1, mhePairs: 'all', mhePower: 1 }, 0.1, (_, W) => mhe(W, { power: 1 })],
  ])('%s', (_, options, λ, term) => {
    for (const [name, own] of [
      ['softmax', { bias: false }],
      ['lmcl', {}],
      ['a-softmax', { margin: 2, lambdaBase: 0, lambdaMin: 0 }],
    ] as const) {
      const [alone, added, both] = [
        at(build(name, own).loss),
        at(term),
        at(build(name, { ...own, ...options }).loss),
      ]
      for (const key of ['loss', 'gradX', 'gradW'] as const)
        for (const [k, value] of both[key].entries())
          expect(value).toBeCloseTo(alone[key][k]! + λ * added[key][k]!, 11)
    }
  })

  test('several at once, and what they keep is kept', () => {
    const { loss, comparesPairs } = build('adacos', { center: 0.01, centerRate: 1, triplet: 1 })
    expect(comparesPairs).toBe(true)
    expect(Object.keys(nextKept(loss, problem, state)).sort()).toEqual(['head.centres', 'head.scale'])
    expect(nextKept(loss, problem, state)['head.centres']!.slice(10, 15)).toEqual(
      state['head.centres'].slice(10, 15),
    )
  })
})

test('a loss is described with the terms that it has and no others, and built again from that', () => {
  expect(build('nsl').describe).toEqual({ loss: 'nsl', scale: 30, normaliseFeatures: 'true' })
  const { loss: _, ...described } = build('nsl', { mhe: 0.1, center: 0 }).describe
  expect(described).toEqual({
    scale: 30,
    normaliseFeatures: 'true',
    mhe: 0.1,
    mhePower: 2,
    mhePairs: 'batch',
  })
  expect(build('nsl', described).describe).toEqual({ loss: 'nsl', ...described })
})

test('every loss with prototypes has these options, and no other loss does', () => {
  for (const { name, options, build } of losses) {
    const has = options.filter((option) => termOptions.includes(option)).length
    const alone = ['contrastive', 'triplet', 'center'].includes(name)
    expect([name, alone ? build().usesPrototypes : has]).toEqual([name, alone ? false : termOptions.length])
  }
})

test.each([
  ['softmax', { center: -1 }, 'softmax: center must be a number not below 0, got -1'],
  ['softmax', { centerRate: 0.3 }, 'softmax: centerRate needs center above 0, got centerRate 0.3'],
  ['lmcl', { mhePairs: 'all' }, 'lmcl: mhePairs needs mhe above 0, got mhePairs all'],
  ['lmcl', { triplet: 1, tripletMining: 'soft' }, 'lmcl: tripletMining must be semi-hard or hard, got soft'],
  ['sub-center-arcface', { mhe: 0.1 }, 'mhe: expected one prototype a class, got 3'],
  ['circle', { form: 'pair', mhe: 0.1 }, 'mhe: expected a loss with prototypes, got one without'],
])('%s %j is refused in one line', (name, given, message) => {
  expect(() => build(name, given)).toThrow(new UsageError(message))
})
