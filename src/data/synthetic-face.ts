import { UsageError } from '../errors.ts'
import { develop } from './synthetic-camera.ts'
import { type Canvas, canvas, edge, shadow } from './synthetic-canvas.ts'
import {
  paintBrows,
  paintCheeks,
  paintEyes,
  paintMoles,
  paintMouth,
  paintNose,
} from './synthetic-features.ts'
import { paintBackHair } from './synthetic-hair.ts'
import { behind, type Head, middle, poseHead } from './synthetic-head.ts'
import { paintGlasses, paintOccluder } from './synthetic-occluders.ts'
import type { Person } from './synthetic-person.ts'
import { type Scene, syntheticScene } from './synthetic-scene.ts'
import { paintHead, paintNeck } from './synthetic-skin.ts'

/** What image to render of a person; `difficulty` scales what changes from image to image (0 nothing, default 1). */
export interface FaceOptions {
  readonly seed: number
  readonly image: number
  readonly height: number
  readonly width: number
  readonly difficulty?: number
}

/**
 * Renders one aligned face as RGB bytes [height, width, 3] into `out` at `offset` (a new array by default): a pure
 * function of the person and the options. Eyes, nose and mouth lie at the five points of the SphereFace alignment,
 * scaled to the size asked for.
 * @throws UsageError where the size or the image's number is no such integer, the difficulty below 0, or `out` too small.
 */
export function renderFace(
  person: Person,
  { seed, image, height, width, difficulty = 1 }: FaceOptions,
  out: Uint8Array = new Uint8Array(roomFor(height, width)),
  offset = 0,
): Uint8Array {
  const room = roomFor(height, width)
  if (!(Number.isInteger(image) && image >= 0)) {
    throw new UsageError(`renderFace: image must be an integer of 0 or more, got ${image}`)
  }
  if (!(difficulty >= 0 && difficulty < Infinity)) {
    throw new UsageError(`renderFace: difficulty must be a number of 0 or more, got ${difficulty}`)
  }
  if (!(offset >= 0 && out.length >= offset + room)) {
    throw new UsageError(`renderFace: expected room for ${room} bytes at ${offset}, got ${out.length}`)
  }
  const scene = syntheticScene(seed, person.index, { image, difficulty })
  const head = poseHead(person, scene, { height, width })
  const target = canvas(height, width)
  paintBackground(target, head, scene)
  paintBackHair(target, head, scene)
  paintNeck(target, head, scene)
  paintHead(target, head, scene)
  paintCheeks(target, head)
  paintNose(target, head, scene)
  paintMouth(target, head, scene)
  paintEyes(target, head, scene)
  paintBrows(target, head, scene)
  paintMoles(target, head)
  if (scene.today.glasses < person.glasses.worn) paintGlasses(target, head)
  for (const occluder of scene.occluders) paintOccluder(target, head, scene, occluder)
  throwShade(target, head, scene)
  develop(target, scene, out, offset)
  return out
}

/** The bytes of a picture. */
function roomFor(height: number, width: number): number {
  if (Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)
    return height * width * 3
  throw new UsageError(`renderFace: height and width must be integers of 1 or more, got ${height} × ${width}`)
}

/** Paints the background, but for what the head hides: a gradient of two colours and two soft patches. */
function paintBackground({ height, width, data }: Canvas, head: Head, { background, light }: Scene): void {
  const { a, c, e, f } = head.view
  const size = a * a + c * c
  const [from, to, glow, patch] = background.colours
  const p = background.places
  const key = 0.2 + 0.6 * Math.max(0, light.to[2]) * p[8]!
  for (let y = 0; y < height; y++) {
    const v = (y + 0.5) / height
    for (let x = 0; x < width; x++) {
      const dx = x + 0.5 - e
      const dy = y + 0.5 - f
      if (behind(head.person.face, (a * dx + c * dy) / size, (a * dy - c * dx) / size - middle)) continue
      const u = (x + 0.5) / width
      const t = Math.min(Math.max(0.5 + (u - 0.5) * (2 * p[0]! - 1) + (v - 0.5) * (2 * p[1]! - 1), 0), 1)
      const r = 1 / (1 + 30 * ((u - p[2]!) ** 2 + (v - p[3]!) ** 2))
      const s = edge(p[6]! * 0.4 - Math.sqrt((u - p[4]!) ** 2 + (v - p[5]!) ** 2), 0.02 + 0.2 * p[7]!)
      const i = (y * width + x) * 4
      for (let k = 0; k < 3; k++) {
        let colour = from[k]! + (to[k]! - from[k]!) * t
        colour += (glow[k]! - colour) * r
        data[i + k] = colour + (patch[k]! - colour) * s
      }
      data[i + 3] = key
    }
  }
}

/** Takes the key light from one side of a line across the picture. */
function throwShade(target: Canvas, { view }: Head, { shade }: Scene): void {
  if (shade.strength <= 0) return
  const cos = Math.cos(shade.angle)
  const sin = Math.sin(shade.angle)
  const half = {
    box: [-12, -12, 12, 12] as const,
    cover: (u: number, v: number, pixel: number) =>
      edge(u * cos + (v - 0.8) * sin - shade.offset, pixel, 0.3),
  }
  shadow(target, view, half, { key: shade.strength, ambient: 0.4 * shade.strength })
}
