import fc from 'fast-check'
import { describe, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { loweredConvolution, plainConvolution, type Small } from '../../test/onnx/lowered-convolution.ts'
import { graphLeaves, leafValues, moves, randomGraph } from '../../test/onnx/random-graph.ts'
import { rewrite } from '../graph/index.ts'
import { lower, mergeMovement } from './lower.ts'
import { sinkTranspose } from './sink-transpose.ts'

const side = fc.integer({ min: 1, max: 17 })
const channels = fc.integer({ min: 1, max: 5 })
const smalls: fc.Arbitrary<Small> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  channels: fc.tuple(channels, channels),
  size: fc.tuple(side, side),
})

describe.each([2, 4, 'strided'] as const)('the lowered convolution %s', (form) => {
  it('is the plain one, and so are its adjoints, for 1,000 random sizes', () => {
    fc.assert(
      fc.property(smalls, (small) => {
        const { outputs, feeds } = loweredConvolution(small, form)
        const { y, dx, dw } = plainConvolution(small, form === 'strided' ? 2 : 1)
        const [actual, expected] = [evaluate(outputs, feeds), evaluate({ y, dx, dw }, feeds)]
        return Object.entries(expected).every(
          ([name, values]) => relativeError(actual[name]!, values) < 1e-12,
        )
      }),
      { seed: 3, numRuns: 1000 },
    )
  })
})

it('transposes that sink, and lowering, change no value of 20,000 random graphs', () => {
  fc.assert(
    fc.property(moves, (program) => {
      const outputs = randomGraph(program, graphLeaves)
      const expected = evaluate(outputs, leafValues)
      const sunk = rewrite(
        outputs,
        (node, inputs) => mergeMovement(node, inputs) ?? sinkTranspose(node, inputs),
      )
      return [sunk, lower(sunk)].every((changed) => {
        const actual = evaluate(changed, leafValues)
        return Object.keys(outputs).every((name) => relativeError(actual[name]!, expected[name]!) < 1e-12)
      })
    }),
    { seed: 3, numRuns: 20_000 },
  )
})
