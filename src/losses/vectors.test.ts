import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { grad, input, type Tensor } from '../graph/index.ts'
import { emit } from '../onnx/index.ts'
import { createSession } from '../runtime/node.ts'
import { aSoftmax, type GradientForm } from './a-softmax.ts'
import { lmcl } from './lmcl.ts'
import { nsl } from './nsl.ts'
import { softmax } from './softmax.ts'

interface Case {
  readonly loss: string
  readonly options: { readonly margin?: number; readonly lambda?: number; readonly scale?: number }
  readonly value: number
  readonly gradX: readonly number[]
  readonly gradW: readonly number[]
}

interface Fixture {
  readonly N: number
  readonly D: number
  readonly C: number
  readonly x: readonly number[]
  readonly W: readonly number[]
  readonly bias: readonly number[]
  readonly labels: readonly number[]
  readonly cases: readonly Case[]
}

const file = new URL('../../test/fixtures/loss-vectors.json', import.meta.url)
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture
const { N, D, C } = fixture
const x = input('x', [N, D])
const W = input('W', [C, D])
const labels = input('labels', [N], 'int32')
const bias = input('bias', [C])

/** The loss that a case of the fixture names, or null where it is not one of these four. */
function build({ loss, options: { margin = 4, lambda = 0, scale = 30 } }: Case): Tensor | null {
  if (loss === 'softmax') return softmax(x, W, labels, { bias })
  if (loss === 'nsl') return nsl(x, W, labels, { s: scale })
  if (loss === 'nsl-weights') return nsl(x, W, labels, { s: null })
  if (loss === 'lmcl') return lmcl(x, W, labels, { s: scale, m: margin })
  if (loss === 'lmcl, features not normalised') return lmcl(x, W, labels, { s: null, m: margin })
  if (loss === 'a-softmax exact, features normalised')
    return aSoftmax(x, W, labels, { m: margin, lambda, s: scale })
  const form = /^a-softmax (exact|renormalised|detached)$/.exec(loss)?.[1]
  return form ? aSoftmax(x, W, labels, { m: margin, lambda, form: form as GradientForm }) : null
}

/** The prototypes of a case: SphereFace's layer keeps them at length 1. */
function prototypes({ loss }: Case): Float64Array {
  const unit = loss === 'a-softmax renormalised'
  return Float64Array.from(fixture.W, (value, i) => {
    const row = fixture.W.slice(i - (i % D), i - (i % D) + D)
    return unit ? value / Math.hypot(...row) : value
  })
}

const cases = fixture.cases.flatMap((given) => {
  const loss = build(given)
  if (!loss) return []
  const [gradX, gradW] = grad(loss, [x, W]) as [Tensor, Tensor]
  return [{ name: `${given.loss} ${JSON.stringify(given.options)}`, given, outputs: { loss, gradX, gradW } }]
})

test('the fixture has 23 cases of softmax, NSL, A-Softmax and LMCL', () => {
  expect(cases.length).toBe(23)
})

describe('value and gradients agree with an independent implementation', () => {
  test.each(cases)('to 1e-10 in float64: $name', ({ given, outputs }) => {
    const { labels: y, bias: b } = fixture
    const got = evaluate(outputs, { x: fixture.x, W: prototypes(given), labels: y, bias: b })
    expect(relativeError(got.loss, [given.value])).toBeLessThan(1e-10)
    expect(relativeError(got.gradX, given.gradX)).toBeLessThan(1e-10)
    expect(relativeError(got.gradW, given.gradW)).toBeLessThan(1e-10)
  })

  test.each(cases)('to 1e-5 in the runtime: $name', async ({ given, outputs }) => {
    const session = await createSession(emit(outputs, { name: 'loss' }), { threads: 1 })
    const all = {
      x: { type: 'float32', shape: [N, D], data: Float32Array.from(fixture.x) },
      W: { type: 'float32', shape: [C, D], data: Float32Array.from(prototypes(given)) },
      labels: { type: 'int32', shape: [N], data: Int32Array.from(fixture.labels) },
      bias: { type: 'float32', shape: [C], data: Float32Array.from(fixture.bias) },
    } as const
    const wanted = new Set(session.inputs.map(({ name }) => name))
    const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name)))
    const got = await session.run(feeds)
    await session.close()
    expect(relativeError(got.loss!.data as Float32Array, [given.value])).toBeLessThan(1e-5)
    expect(relativeError(got.gradX!.data as Float32Array, given.gradX)).toBeLessThan(1e-5)
    expect(relativeError(got.gradW!.data as Float32Array, given.gradW)).toBeLessThan(1e-5)
  })
})
