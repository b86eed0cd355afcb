import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inFloat64, type Loss } from '../../test/losses/problem.ts'
import { aSoftmax } from './a-softmax.ts'
import { adaFace } from './ada-face.ts'
import { type AngleGradientOptions, angleGradient } from './angle-gradient.ts'
import { arcFace } from './arc-face.ts'
import { circle } from './circle.ts'
import { combinedMargin } from './combined-margin.ts'
import { curricularFace } from './curricular-face.ts'
import { lSoftmax } from './l-softmax.ts'
import { lmcl } from './lmcl.ts'
import { magFace } from './mag-face.ts'
import { nsl } from './nsl.ts'
import { othersArePlain } from './other-logit.ts'
import { softmax } from './softmax.ts'
import { sphereFace2, sphereFace2Bias } from './sphere-face-2.ts'
import { sphereFaceR } from './sphere-face-r.ts'
import { type MarginLoss, psiAt, targetLogit } from './target-logit.ts'
import { uniFace, uniFaceBias } from './uni-face.ts'

type Case = readonly [
  name: string,
  loss: MarginLoss,
  options: AngleGradientOptions,
  built: (s: number) => Loss,
]

/** The losses of the graph, with features that keep their length ‖x‖ = s where that is the paper's form. */
const cases: readonly Case[] = [
  ['softmax', 'softmax', {}, () => (x, W, y) => softmax(x, W, y)],
  ['nsl', 'nsl', {}, (s) => (x, W, y) => nsl(x, W, y, { s })],
  ...[1, 2, 3, 4].map(
    (m): Case => [`a-softmax, m ${m}`, 'a-softmax', { m }, () => (x, W, y) => aSoftmax(x, W, y, { m })],
  ),
  [
    'a-softmax, m 4, λ 5',
    'a-softmax',
    { m: 4, lambda: 5 },
    () => (x, W, y) => aSoftmax(x, W, y, { m: 4, lambda: 5 }),
  ],
  ['lmcl', 'lmcl', { m: 0.35 }, (s) => (x, W, y) => lmcl(x, W, y, { s, m: 0.35 })],
  ...[2, 4].map(
    (m): Case => [`l-softmax, m ${m}`, 'l-softmax', { m }, () => (x, W, y) => lSoftmax(x, W, y, { m })],
  ),
  ...[0.5, 1.6].map(
    (m): Case => [`arcface, m ${m}`, 'arcface', { m }, (s) => (x, W, y) => arcFace(x, W, y, { s, m })],
  ),
  ['combined margin', 'combined-margin', {}, (s) => (x, W, y) => combinedMargin(x, W, y, { s })],
  [
    'combined margin, m1 1.7',
    'combined-margin',
    { m1: 1.7, m: 0.1, m3: 0.2 },
    (s) => (x, W, y) => combinedMargin(x, W, y, { s, m1: 1.7, m2: 0.1, m3: 0.2 }),
  ],
  ...(['v1', 'v2'] as const).flatMap((version) =>
    (['exact', 'detached'] as const).map(
      (form): Case => [
        `sphereface-r ${version} ${form}`,
        'sphereface-r',
        { version, form, m: 1.4 },
        (s) => (x, W, y) => sphereFaceR(x, W, y, { version, form, m: 1.4, s }),
      ],
    ),
  ),
  ...(
    [
      ['C', 0.4],
      ['A', 0.5],
      ['M', 1.5],
    ] as const
  ).flatMap(([variant, m]) =>
    (['exact', 'detached'] as const).map(
      (form): Case => [
        `sphereface2 ${variant} ${form}`,
        'sphereface2',
        { variant, m, form, power: 3, bias: -1 },
        (s) => (x, W, y) => sphereFace2(x, W, y, { variant, m, form, r: s, bias: -1 }),
      ],
    ),
  ),
  ['uniface', 'uniface', { bias: 2 }, (s) => (x, W, y) => uniFace(x, W, y, { s, bias: 2 })],
  ['circle', 'circle', {}, (gamma) => (x, W, y) => circle(x, W, y, { gamma })],
  ...[0, 0.3, 1].map(
    (t): Case => [
      `curricularface, t ${t}`,
      'curricularface',
      { t },
      (s) => (x, W, y) => curricularFace(x, W, y, { s, t }),
    ],
  ),
  [
    'magface of one margin',
    'magface',
    { m: 0.6 },
    (s) => (x, W, y) => magFace(x, W, y, { s, lowerMargin: 0.6, upperMargin: 0.6, lambda: 0 }),
  ],
  ...(
    [
      [1, 0],
      [0, 1],
      [-1, 100],
    ] as const
  ).map(
    ([quality, mean]): Case => [
      `adaface, ẑ ${quality}`,
      'adaface',
      { quality },
      // The length of the features is s: far above the mean, the mean, and far below.
      (s) => (x, W, y) => adaFace(x, W, y, { s, mean: mean * s, std: 1e-6 }),
    ],
  ),
]

const ofOneQuestion = (loss: MarginLoss): boolean => loss !== 'sphereface2' && loss !== 'uniface'

/** The own class along the first axis, the nearest `between` from it, the others along axes of their own; x of length s. */
function plane(theta: number, { s, between, classes }: { s: number; between: number; classes: number }) {
  const D = classes
  const row = (first: number, second: number) => [first, second, ...new Array<number>(D - 2).fill(0)]
  const others = Array.from({ length: classes - 2 }, (_, i) =>
    Array.from({ length: D }, (_, j) => (j === i + 2 ? 1 : 0)),
  )
  return {
    N: 1,
    D,
    C: classes,
    x: row(s * Math.cos(theta), s * Math.sin(theta)),
    W: [row(1, 0), row(Math.cos(between), Math.sin(between)), ...others].flat(),
    labels: [0],
  }
}

test.each(cases.filter(([, loss, options]) => othersArePlain(loss, options)))(
  'targetLogit(loss, θ) is the logit of the own class of %s',
  (_, loss, options, built) => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: Math.PI - 0.01, noNaN: true }), (theta) => {
        const s = 3
        const value = inFloat64(built(s), plane(theta, { s, between: Math.PI / 2, classes: 2 })).loss[0]!
        // L = ln(1 + e^(other − own)), solved for the logit of the own class.
        const own = s * Math.cos(Math.PI / 2 - theta) - Math.log(Math.expm1(value))
        expect(targetLogit(loss, theta, options).value).toBeCloseTo(own / s, 9)
      }),
      { seed: 1, numRuns: 40 },
    )
  },
)

test.each(cases)(
  'angleGradient(loss, θ) has the loss, the posterior and ‖x‖ times the turning part of the gradient of %s',
  (_, loss, options, built) => {
    const drawn = fc.record({
      // By chance not at a joint of pieces, where a derivative has a corner.
      theta: fc.double({ min: 0.02, max: 1.5, noNaN: true }),
      between: fc.double({ min: 0.4, max: 3, noNaN: true }),
      classes: fc.integer({ min: 2, max: 5 }),
      s: fc.double({ min: 0.5, max: 12, noNaN: true }),
    })
    fc.assert(
      fc.property(drawn, ({ theta, between, classes, s }) => {
        const graph = inFloat64(built(s), plane(theta, { s, between, classes }))
        const turning = -Math.sin(theta) * graph.gradX[0]! + Math.cos(theta) * graph.gradX[1]!
        const ours = angleGradient(loss, theta, { s, classes, between, ...options })
        expect(ours.loss).toBeCloseTo(graph.loss[0]!, 8)
        expect(ours.slope).toBeCloseTo(s * turning, 7)
        if (ofOneQuestion(loss)) expect(ours.posterior).toBeCloseTo(Math.exp(-graph.loss[0]!), 8)
      }),
      { seed: 1, numRuns: 25 },
    )
  },
)

test('targetLogit of ArcFace is cos(θ + m), and goes on falling past π − m, where cos(θ + m) would rise', () => {
  expect(targetLogit('arcface', 1, { m: 0.5 }).value).toBeCloseTo(Math.cos(1.5), 15)
  expect(targetLogit('arcface', 3, { m: 0.5 }).value).toBeCloseTo(Math.cos(3) - 0.5 * Math.sin(0.5), 15)
  for (let theta = 0.01; theta < Math.PI; theta += 0.01)
    expect(targetLogit('arcface', theta).value).toBeLessThan(targetLogit('arcface', theta - 0.01).value)
})

const differentiated = cases.filter(([, loss, { form }]) => loss !== 'circle' && form !== 'detached')

test.each(differentiated)(
  'the slope of targetLogit is the difference quotient of its value: %s',
  (_, loss, options) => {
    for (const theta of [0.3, 1.1, 1.9, 2.5]) {
      const at = (t: number) => targetLogit(loss, t, options).value
      expect(targetLogit(loss, theta, options).slope).toBeCloseTo(
        (at(theta + 1e-6) - at(theta - 1e-6)) / 2e-6,
        6,
      )
    }
  },
)

test('angleGradient of SphereFace2 and UniFace takes the bias that they start with where none is given', () => {
  const s = 40
  const [two, ten] = [plane(1, { s, between: 2, classes: 2 }), plane(1, { s, between: 2, classes: 10 })]
  for (const problem of [two, ten]) {
    const classes = problem.C
    const uni: Loss = (x, W, y) => uniFace(x, W, y, { s, bias: uniFaceBias(classes) })
    const sphere: Loss = (x, W, y) => sphereFace2(x, W, y, { r: s, bias: sphereFace2Bias(classes, { r: s }) })
    const of = (loss: MarginLoss) => angleGradient(loss, 1, { s, between: 2, classes }).loss
    expect(of('uniface')).toBeCloseTo(inFloat64(uni, problem).loss[0]!, 9)
    expect(of('sphereface2')).toBeCloseTo(inFloat64(sphere, problem).loss[0]!, 9)
  }
})

test('psiAt(θ, m) names the piece: k on [kπ/m, (k + 1)π/m), the last closed', () => {
  expect([0, 1, 2, 3].map((k) => psiAt((k + 0.5) * (Math.PI / 4), 4).piece)).toEqual([0, 1, 2, 3])
  expect(psiAt(Math.PI, 4)).toMatchObject({ piece: 3, value: -7 })
  expect(() => psiAt(1, 2.5)).toThrow('psi: m must be a whole number from 1, got 2.5')
})
