import { template } from '../image/align.ts'
import { similarityTransform } from '../math/similarity.ts'
import type { Frame } from './synthetic-canvas.ts'
import type { Person } from './synthetic-person.ts'
import type { Scene } from './synthetic-scene.ts'

/** A person's head as an egg turned by a pose, and the similarity that takes the view to aligned pixels. */
export interface Head {
  readonly person: Person
  /** Sine and cosine of yaw and pitch. */
  readonly turn: readonly [sinYaw: number, cosYaw: number, sinPitch: number, cosPitch: number]
  /** View coordinates (half eye distances) to pixels, a turn and a scale. */
  readonly view: Frame
}

/** The height of the turning axis, between eyes and nose. */
export const middle = 0.5

/** The half width of the head's outline at relative height t, −1 (top) … 1 (chin), before the egg's rounding. */
export function halfWidth(person: Person, t: number): number {
  const { width, jaw, square } = person.face
  if (t <= 0) return width * (1 + 0.04 * t)
  const tt = t * t
  return width * (1 + jaw * t * (1 - 0.4 * t) + square * tt * tt)
}

/** Whether the view's (x, y), y from the middle, is surely hidden by the head: nothing behind need be painted there. */
export function behind({ width, skull, chin }: Person['face'], x: number, y: number): boolean {
  const u = x / width
  const v = y / (y < 0 ? skull + middle : chin - middle)
  return u * u + v * v < 0.45
}

/** How far the chin, which stands before the egg, moves sideways at relative height t. */
export function chinShift(sinYaw: number, t: number): number {
  return t > 0 ? 0.75 * sinYaw * t * t : 0
}

/** Turns the head and aligns it by its own five points, as a detector's points would, less the alignment's errors. */
export function poseHead(
  person: Person,
  scene: Scene,
  { height, width }: { height: number; width: number },
): Head {
  const { yaw, pitch, roll, scale, x, y } = scene.pose
  const turn = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)] as const
  const loose = { person, turn, view: { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 } }
  const { eyes, nose, mouth } = person
  const wide = mouth.width * (1 + 0.14 * scene.expression.smile)
  const points = [
    project(loose, -eyes.spacing, 0),
    project(loose, eyes.spacing, 0),
    project(loose, 0, nose.length, nose.lift),
    project(loose, -wide, mouth.height),
    project(loose, wide, mouth.height),
  ].flat()
  const target = template('sphereface', { height, width })
  const [p, , e0, q, , f0] = similarityTransform(points, target)
  // The errors turn and scale about the nose, and move by shares of half an eye distance.
  const [re, im] = [scale * Math.cos(roll), scale * Math.sin(roll)]
  const [nx, ny] = [target[4]!, target[5]!]
  const size = Math.sqrt(p * p + q * q)
  const a = re * p - im * q
  const c = im * p + re * q
  const e = nx + re * (e0 - nx) - im * (f0 - ny) + x * size
  const f = ny + im * (e0 - nx) + re * (f0 - ny) + y * size
  return { person, turn, view: { a, b: -c, c, d: a, e, f } }
}

/** The place in the view of the skin at frontal (x, y), raised by `lift`. */
export function project(head: Head, x: number, y: number, lift = 0): [x: number, y: number] {
  const { person, turn } = head
  const [sinYaw, cosYaw, sinPitch, cosPitch] = turn
  const tall = y < middle ? person.face.skull + middle : person.face.chin - middle
  const v = (y - middle) / tall
  const u = x / halfWidth(person, v)
  const z = Math.sqrt(Math.max(0.04, 1 - u * u - v * v)) + lift
  const u1 = u * cosYaw + z * sinYaw
  const z1 = z * cosYaw - u * sinYaw
  const v1 = v * cosPitch + z1 * sinPitch
  const tall1 = v1 < 0 ? person.face.skull + middle : person.face.chin - middle
  return [u1 * halfWidth(person, v1) + chinShift(sinYaw, v1), middle + v1 * tall1]
}

/**
 * The frame of something on the skin at frontal (x, y): u outwards (to the right, or to the left where `mirror` is −1),
 * v down, turned by `angle`.
 */
export function frameAt(
  head: Head,
  x: number,
  y: number,
  { lift = 0, mirror = 1, angle = 0 }: { lift?: number; mirror?: 1 | -1; angle?: number } = {},
): Frame {
  const step = 0.1
  const { a, b, c, d, e, f } = head.view
  const [x0, y0] = project(head, x, y, lift)
  const right = project(head, x + step, y, lift)
  const down = project(head, x, y + step, lift)
  const ux = ((right[0] - x0) / step) * mirror
  const uy = ((right[1] - y0) / step) * mirror
  const vx = (down[0] - x0) / step
  const vy = (down[1] - y0) / step
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const [rx, ry] = [ux * cos + vx * sin, uy * cos + vy * sin]
  const [sx, sy] = [vx * cos - ux * sin, vy * cos - uy * sin]
  return {
    a: a * rx + b * ry,
    b: a * sx + b * sy,
    c: c * rx + d * ry,
    d: c * sx + d * sy,
    e: a * x0 + b * y0 + e,
    f: c * x0 + d * y0 + f,
  }
}
