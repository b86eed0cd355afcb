import { type Canvas, edge, wave } from './synthetic-canvas.ts'
import { behind, type Head, middle } from './synthetic-head.ts'
import type { Scene } from './synthetic-scene.ts'

/** How much hair covers the skin at frontal (x, y), z towards the face; the pixel's size softens the edge. */
export type HairCover = (x: number, y: number, z: number, pixel: number) => number

/** The hair that grows or falls before the head: hairline, fringe, sideburns, long hair along the cheeks. */
export function hairCover(head: Head, scene: Scene): HairCover {
  const { hair, face } = head.person
  const { today } = scene
  const part = hair.part + today.part
  const fringe = Math.max(0, hair.fringe + (hair.fringe > 0 ? 0.09 * today.hair : 0))
  const line = hair.line - hair.bald * 1.6
  const burn = Math.min(hair.burn, hair.sides)
  const ends = hair.sides + 0.12 * today.hair
  const curtain = hair.curtain + 0.03 * today.hair
  const slope = hair.slope + 0.04 * today.hair
  const phase = hair.phase + today.hair
  return (x, y, z, pixel) => {
    const soft = Math.max(pixel, 0.16)
    const ax = x < 0 ? -x : x
    const curl = hair.wave * wave(hair.frequency * x + phase)
    const bay = 1 - (ax - 1.1) * (ax - 1.1) * 2.2
    let low = line + hair.temple * x * x - (bay > 0 ? hair.recede * bay : 0) + curl * 0.6
    if (fringe > 0) {
      const from = x - part
      const gap = 1 / (1 + 5 * from * from)
      const fall = line + fringe * (1.05 - 0.75 * gap) + slope * x + curl
      if (fall > low) low = fall
    }
    let cover = edge(low - y, soft)
    // Beside the face: the side of the head, down to the sideburn.
    const side = (0.4 - z) * face.width
    const beside = Math.min(side, burn - y - hair.bald * 0.4)
    if (beside > -soft) cover = Math.max(cover, edge(beside, soft))
    if (ends > 0.8) {
      const within = Math.min(ax - face.width * (curtain - 0.02 * y) + curl, ends - y)
      if (within > -soft) cover = Math.max(cover, edge(within, soft))
    }
    return cover
  }
}

/** Paints the hair behind and around the head, over the background. */
export function paintBackHair(target: Canvas, head: Head, scene: Scene): void {
  const { hair, face } = head.person
  if (hair.bald > 0.85) return
  const { height, width, data } = target
  const { a, c, e, f } = head.view
  const size = a * a + c * c
  const pixel = 1 / Math.sqrt(size)
  const top = face.skull + middle + (hair.top + 0.06 * scene.today.hair) * (1 - hair.bald)
  const wide = face.width + hair.volume * (1 - hair.bald)
  const shift = -0.35 * head.turn[0]
  const ends = hair.sides + 0.12 * scene.today.hair
  const [lx, ly, lz] = scene.light.to
  const { wrap } = scene.light
  const [red, green, blue] = hair.colour
  const phase = hair.phase + scene.today.hair
  const soft = Math.max(pixel, 0.14)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = x + 0.5 - e
      const dy = y + 0.5 - f
      const vx = (a * dx + c * dy) / size - shift
      const vy = (a * dy - c * dx) / size - middle
      if (behind(face, vx + shift, vy)) continue
      const curl = 1 + hair.wave * 0.5 * wave(hair.frequency * vy + phase)
      const u = vx / (wide * curl)
      const au = u < 0 ? -u : u
      // An egg above the middle; below it, straight sides that end where the hair ends.
      const v = vy < 0 ? vy / (top * curl) : 0
      let t = edge((1 - Math.sqrt(u * u + v * v)) * wide, soft)
      if (vy > 0) t = Math.min(t, edge(ends - middle - vy - 0.2 * au, soft))
      if (t <= 0) continue
      const z = Math.sqrt(Math.max(0, 1 - u * u - v * v))
      const key = Math.max(0, (u * lx + v * ly + z * lz + wrap) / (1 + wrap)) * 0.85
      const strand = 0.8 + 0.2 * wave(11 * u + 3 * wave(2 * vy + phase))
      const i = (y * width + x) * 4
      data[i] = data[i]! + (red * strand - data[i]!) * t
      data[i + 1] = data[i + 1]! + (green * strand - data[i + 1]!) * t
      data[i + 2] = data[i + 2]! + (blue * strand - data[i + 2]!) * t
      data[i + 3] = data[i + 3]! + (key - data[i + 3]!) * t
    }
  }
}
