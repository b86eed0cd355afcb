import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { grad, input, type Tensor } from '../graph/index.ts'
import { emit } from '../onnx/index.ts'
import { createSession } from '../runtime/node.ts'
import { aSoftmax, gradientForms } from './a-softmax.ts'
import { arcFace } from './arc-face.ts'
import { circle } from './circle.ts'
import { lmcl } from './lmcl.ts'
import { nsl } from './nsl.ts'
import { softmax } from './softmax.ts'
import { sphereFace2 } from './sphere-face-2.ts'
import { sphereFaceR } from './sphere-face-r.ts'
import { uniFace } from './uni-face.ts'

interface Case {
  readonly loss: string
  readonly options: { readonly [name: string]: number }
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

type Options = Case['options']

/** The losses of the fixture by their names there. */
const builds: Readonly<Record<string, (options: Options) => Tensor>> = {
  softmax: () => softmax(x, W, labels, { bias }),
  nsl: ({ scale: s = 30 }) => nsl(x, W, labels, { s }),
  'nsl-weights': () => nsl(x, W, labels, { s: null }),
  lmcl: ({ scale: s = 30, margin: m = 0.35 }) => lmcl(x, W, labels, { s, m }),
  'lmcl, features not normalised': ({ margin: m = 0.35 }) => lmcl(x, W, labels, { s: null, m }),
  'a-softmax exact, features normalised': ({ margin: m = 4, lambda = 0, scale: s = 30 }) =>
    aSoftmax(x, W, labels, { m, lambda, s }),
  ...Object.fromEntries(
    gradientForms.map((form) => [
      `a-softmax ${form}`,
      ({ margin: m = 4, lambda = 0 }: Options) => aSoftmax(x, W, labels, { m, lambda, form }),
    ]),
  ),
  arcface: ({ scale: s = 64, marginRadians: m = 0.5 }) => arcFace(x, W, labels, { s, m }),
  'sphereface-r v1': ({ scale: s = 30, margin: m = 1.5 }) =>
    sphereFaceR(x, W, labels, { version: 'v1', m, s, form: 'exact' }),
  'sphereface-r v2': ({ scale: s = 30, margin: m = 1.4 }) =>
    sphereFaceR(x, W, labels, { version: 'v2', m, s, form: 'exact' }),
  'sphereface2 C': ({ alpha = 0.7, r = 40, margin: m = 0.4, t = 3, weight = 50, bias: b = 0 }) =>
    sphereFace2(x, W, labels, { variant: 'C', alpha, r, m, t, weight, bias: b, form: 'exact' }),
  'circle, class form': ({ margin: m = 0.25, gamma = 256 }) => circle(x, W, labels, { m, gamma }),
  uniface: ({ scale: s = 64, margin: m = 0.4, weight = 1, bias: b = 0 }) =>
    uniFace(x, W, labels, { s, m, weight, bias: b }),
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
  const loss = builds[given.loss]?.(given.options)
  if (!loss) return []
  const [gradX, gradW] = grad(loss, [x, W]) as [Tensor, Tensor]
  return [{ name: `${given.loss} ${JSON.stringify(given.options)}`, given, outputs: { loss, gradX, gradW } }]
})

test('the fixture has 30 cases of these losses', () => {
  expect(cases.length).toBe(30)
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
