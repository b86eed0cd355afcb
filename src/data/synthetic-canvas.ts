import type { Colour } from './synthetic-colour.ts'

/**
 * A picture in the making: `data` [height, width, 4] holds the surface's colour (linear) and how much of the key
 * light reaches it; the two are put together at the end.
 */
export interface Canvas {
  readonly height: number
  readonly width: number
  readonly data: Float32Array
}

/** An affine map from local units to pixels: px = a·u + b·v + e, py = c·u + d·v + f (pixel centres at .5). */
export interface Frame {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  readonly f: number
}

/** An area: how much of a pixel it covers, 0 … 1, at local (u, v), where a pixel is `pixel` local units wide. */
export interface Shape {
  /** The box [u0, v0, u1, v1] in local units outside of which nothing is covered. */
  readonly box: readonly [number, number, number, number]
  readonly cover: (u: number, v: number, pixel: number) => number
}

/** An unpainted canvas. */
export function canvas(height: number, width: number): Canvas {
  return { height, width, data: new Float32Array(height * width * 4) }
}

/** The coverage of a pixel whose centre lies `distance` inside an edge that is `softness` wide at least. */
export function edge(distance: number, pixel: number, softness = 0): number {
  const t = distance / Math.max(pixel, softness) + 0.5
  return t <= 0 ? 0 : Math.min(t, 1)
}

/** Lays `colour` over the canvas where the shape lies, and sets the light that reaches it where `key` is given. */
export function paint(
  target: Canvas,
  frame: Frame,
  shape: Shape,
  colour: Colour,
  { key }: { key?: number } = {},
): void {
  const { data } = target
  const [red, green, blue] = colour
  visit(target, frame, shape, (i, t) => {
    data[i] = data[i]! + (red - data[i]!) * t
    data[i + 1] = data[i + 1]! + (green - data[i + 1]!) * t
    data[i + 2] = data[i + 2]! + (blue - data[i + 2]!) * t
    if (key !== undefined) data[i + 3] = data[i + 3]! + (key - data[i + 3]!) * t
  })
}

/** Takes away the shares `ambient` of the colour and `key` of the key light where the shape lies; below 0 it adds. */
export function shadow(
  target: Canvas,
  frame: Frame,
  shape: Shape,
  { ambient = 0, key = 0 }: { ambient?: number; key?: number },
): void {
  const { data } = target
  visit(target, frame, shape, (i, t) => {
    const k = 1 - ambient * t
    data[i] = data[i]! * k
    data[i + 1] = data[i + 1]! * k
    data[i + 2] = data[i + 2]! * k
    data[i + 3] = data[i + 3]! * (1 - key * t)
  })
}

/** Calls `each` with the place and coverage of every pixel that the shape touches. */
function visit(
  target: Canvas,
  frame: Frame,
  { box, cover }: Shape,
  each: (i: number, t: number) => void,
): void {
  const { height, width } = target
  const { a, b, c, d, e, f } = frame
  const det = a * d - b * c
  if (Math.abs(det) < 1e-6) return
  const pixel = 1 / Math.sqrt(Math.abs(det))
  const [u0, v0, u1, v1] = box
  const uMid = (u0 + u1) / 2
  const vMid = (v0 + v1) / 2
  const uHalf = (u1 - u0) / 2 + pixel / 2
  const vHalf = (v1 - v0) / 2 + pixel / 2
  const xMid = a * uMid + b * vMid + e
  const yMid = c * uMid + d * vMid + f
  const xHalf = Math.abs(a) * uHalf + Math.abs(b) * vHalf
  const yHalf = Math.abs(c) * uHalf + Math.abs(d) * vHalf
  const x0 = Math.max(0, Math.floor(xMid - xHalf))
  const x1 = Math.min(width, Math.ceil(xMid + xHalf))
  const y0 = Math.max(0, Math.floor(yMid - yHalf))
  const y1 = Math.min(height, Math.ceil(yMid + yHalf))
  for (let y = y0; y < y1; y++) {
    const py = y + 0.5 - f
    for (let x = x0; x < x1; x++) {
      const px = x + 0.5 - e
      const t = cover((d * px - b * py) / det, (a * py - c * px) / det, pixel)
      if (t > 0) each((y * width + x) * 4, t)
    }
  }
}

/** An ellipse about (x, y). */
export function ellipse(
  x: number,
  y: number,
  rx: number,
  ry: number,
  { alpha = 1, softness = 0 }: { alpha?: number; softness?: number } = {},
): Shape {
  const r = Math.min(rx, ry)
  const reach = 1 + softness / (2 * r)
  return {
    box: [x - rx * reach, y - ry * reach, x + rx * reach, y + ry * reach],
    cover: (u, v, pixel) => {
      const s = (u - x) / rx
      const t = (v - y) / ry
      return alpha * edge((1 - Math.sqrt(s * s + t * t)) * r, pixel, softness)
    },
  }
}

/** What lies between two curves top(s) ≤ bottom(s) over u = half · s, s in −1 … 1. */
export function band(
  half: number,
  top: (s: number) => number,
  bottom: (s: number) => number,
  { alpha = 1, softness = 0 }: { alpha?: number; softness?: number } = {},
): Shape {
  let low = Infinity
  let high = -Infinity
  for (let s = -1; s <= 1; s += 0.25) {
    low = Math.min(low, top(s))
    high = Math.max(high, bottom(s))
  }
  return {
    box: [-half, low - softness / 2, half, high + softness / 2],
    cover: (u, v, pixel) => {
      const s = Math.min(Math.max(u / half, -1), 1)
      // Two overlapping half planes: right for a band thinner than a pixel too.
      const inside = edge(v - top(s), pixel, softness) + edge(bottom(s) - v, pixel, softness) - 1
      return inside <= 0 ? 0 : alpha * inside * edge(half - Math.abs(u), pixel, softness)
    },
  }
}

/** Where both shapes lie; the box is the first's. */
export function both(a: Shape, b: Shape): Shape {
  return { box: a.box, cover: (u, v, pixel) => Math.min(a.cover(u, v, pixel), b.cover(u, v, pixel)) }
}

/** A rectangle about (x, y) with corners of radius round · min(rx, ry): 0 sharp, 1 an ellipse's ends. */
export function rounded(x: number, y: number, rx: number, ry: number, round: number): Shape {
  const r = round * Math.min(rx, ry)
  return {
    box: [x - rx, y - ry, x + rx, y + ry],
    cover: (u, v, pixel) => {
      const s = Math.abs(u - x) - rx + r
      const t = Math.abs(v - y) - ry + r
      if (s <= 0 || t <= 0) return edge(r - Math.max(s, t), pixel)
      return edge(r - Math.sqrt(s * s + t * t), pixel)
    },
  }
}

/** A wave of period 2π much like the sine, made of parabolas: cheap, and the same on every machine. */
export function wave(x: number): number {
  const t = x * 0.15915494309189535
  const f = t - Math.floor(t)
  return f < 0.5 ? 16 * f * (0.5 - f) : 16 * (f - 0.5) * (f - 1)
}
