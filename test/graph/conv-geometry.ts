import fc from 'fast-check'
import {
  type ConvGeometry,
  conv,
  convTranspose,
  convWeight,
  grad,
  input,
  mul,
  reduceSum,
  type Tensor,
} from '../../src/graph/index.ts'
import { dot, evaluate, relativeError } from '../evaluator/index.ts'
import { numbers } from './op-inputs.ts'

type Pair = readonly [number, number]

/** A convolution that fits: sizes along rows and columns. */
export interface Geometry extends Required<Omit<ConvGeometry, 'group'>> {
  /** 1 where it is missing. */
  readonly group?: number
  readonly batch: number
  /** Into and out of the convolution. */
  readonly channels: Pair
  readonly size: Pair
  readonly kernel: Pair
}

const pair = (low: number, high: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))

/** Convolutions of small pictures: kernels 1–5, strides 1–3, dilations 1–2, groups 1–3, unequal pads below the kernel's extent. */
export const geometries: fc.Arbitrary<Geometry> = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    channels: pair(1, 3),
    size: pair(1, 9),
    kernel: pair(1, 5),
    strides: pair(1, 3),
    dilations: pair(1, 2),
    pads: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4)),
    group: fc.integer({ min: 1, max: 3 }),
  })
  .map((drawn) => {
    const pads = drawn.pads.map((n, i) => Math.min(n, extent(drawn, (i % 2) as 0 | 1) - 1))
    const channels = drawn.channels.map((n) => n * drawn.group) as [number, number]
    return { ...drawn, channels, pads: pads as [number, number, number, number] }
  })
  .filter((drawn) =>
    ([0, 1] as const).every(
      (axis) => drawn.size[axis] + drawn.pads[axis] + drawn.pads[axis + 2]! >= extent(drawn, axis),
    ),
  )

const extent = ({ dilations, kernel }: Pick<Geometry, 'dilations' | 'kernel'>, axis: 0 | 1): number =>
  dilations[axis] * (kernel[axis] - 1) + 1

/** The three operators of one convolution over inputs x, w and g, and numbers to feed. */
export function convolutionOf({ batch, channels: [ci, co], size, kernel, ...rest }: Geometry) {
  const { strides, dilations, pads, group = 1 } = rest
  const geometry = { strides, dilations, pads, group }
  const x = input('x', [batch, ci, ...size])
  const w = input('w', [co, ci / group, ...kernel])
  const y = conv(x, w, geometry)
  const g = input('g', y.shape)
  return {
    x,
    w,
    g,
    y,
    dx: convTranspose(g, w, { ...geometry, size }),
    dw: convWeight(x, g, { ...geometry, kernel }),
    feeds: { x: numbers(x.shape, 1), w: numbers(w.shape, 2), g: numbers(g.shape, 3) },
  }
}

/** The largest relative difference between ⟨g, x ∗ w⟩, ⟨dx, x⟩ and ⟨dw, w⟩; NaN where a shape is wrong. */
export function adjointError(drawn: Geometry): number {
  const { x, w, y, dx, dw, feeds } = convolutionOf(drawn)
  if (`${dx.shape} ${dw.shape}` !== `${x.shape} ${w.shape}`) return Number.NaN
  const values = evaluate({ y, dx, dw }, feeds)
  const product = dot(feeds.g, values.y)
  const scale = Math.hypot(...feeds.g) * Math.hypot(...values.y) + 1e-3
  return Math.max(
    Math.abs(product - dot(values.dx, feeds.x)) / scale,
    Math.abs(product - dot(values.dw, feeds.w)) / scale,
  )
}

/**
 * The largest relative difference between the gradients of ⟨g, x ∗ w⟩ in x, w and g, when it is written with conv, with
 * convTranspose and with convWeight.
 */
export function closureError(drawn: Geometry): number {
  const { x, w, g, y, dx, dw, feeds } = convolutionOf(drawn)
  const [first, ...others] = [mul(g, y), mul(x, dx), mul(w, dw)].map((form) => {
    const [byX, byW, byG] = grad(reduceSum(form), [x, w, g]) as [Tensor, Tensor, Tensor]
    return evaluate({ byX, byW, byG }, feeds)
  })
  return Math.max(
    ...others.flatMap(({ byX, byW, byG }) => [
      relativeError(byX, first!.byX),
      relativeError(byW, first!.byW),
      relativeError(byG, first!.byG),
    ]),
  )
}
