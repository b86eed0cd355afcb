import { DataError } from '../errors.ts'
import { develop } from './synthetic-camera.ts'
import { type Canvas, canvas, edge, shadow } from './synthetic-canvas.ts'
import { paintBrows, paintEyes, paintMoles, paintMouth, paintNose } from './synthetic-features.ts'
import { paintBackHair } from './synthetic-hair.ts'
import { type Head, poseHead } from './synthetic-head.ts'
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
 * @throws DataError where the size is no positive integer or `out` is too small.
 */
export function renderFace(
  person: Person,
  { seed, image, height, width, difficulty = 1 }: FaceOptions,
  out: Uint8Array = new Uint8Array(height * width * 3),
  offset = 0,
): Uint8Array {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    throw new DataError(`renderFace: expected a height and width of 1 or more, got ${height} and ${width}`)
  }
  if (out.length < offset + height * width * 3) {
    throw new DataError(
      `renderFace: expected room for ${height * width * 3} bytes at ${offset}, got ${out.length}`,
    )
  }
  const scene = syntheticScene(seed, person.index, { image, difficulty })
  const head = poseHead(person, scene, { height, width })
  const target = canvas(height, width)
  paintBackground(target, scene)
  paintBackHair(target, head, scene)
  paintNeck(target, head, scene)
  paintHead(target, head, scene)
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

/** Paints the whole background: a gradient of two colours and two soft patches. */
function paintBackground({ height, width, data }: Canvas, { background, light }: Scene): void {
  const [a, b, c, d] = background.colours as [Scene['cloth'], Scene['cloth'], Scene['cloth'], Scene['cloth']]
  const p = background.places
  const key = 0.2 + 0.6 * Math.max(0, light.to[2]) * p[8]!
  for (let y = 0; y < height; y++) {
    const v = (y + 0.5) / height
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5) / width
      const t = Math.min(Math.max(0.5 + (u - 0.5) * (2 * p[0]! - 1) + (v - 0.5) * (2 * p[1]! - 1), 0), 1)
      const r = 1 / (1 + 30 * ((u - p[2]!) ** 2 + (v - p[3]!) ** 2))
      const s = edge(p[6]! * 0.4 - Math.hypot(u - p[4]!, v - p[5]!), 0.02 + 0.2 * p[7]!)
      const i = (y * width + x) * 4
      for (let k = 0; k < 3; k++) {
        let colour = a[k]! + (b[k]! - a[k]!) * t
        colour += (c[k]! - colour) * r
        data[i + k] = colour + (d[k]! - colour) * s
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
