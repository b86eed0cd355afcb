import { type Canvas, edge, ellipse, paint, type Shape, shadow, wave } from './synthetic-canvas.ts'
import { mixed, srgb, tinted } from './synthetic-colour.ts'
import { hairCover } from './synthetic-hair.ts'
import { chinShift, frameAt, type Head, halfWidth, middle } from './synthetic-head.ts'
import type { Scene } from './synthetic-scene.ts'

/** Paints neck, collar and ears: what lies behind the face. */
export function paintNeck(target: Canvas, head: Head, scene: Scene): void {
  const { person, view, turn } = head
  const { colour } = person.skin
  const [lx, , lz] = scene.light.to
  const shift = -0.2 * turn[0]
  const half = 0.62 * person.face.width
  const neck: Shape = {
    box: [shift - half, 2, shift + half, 9],
    cover: (u, _, pixel) => edge(half - Math.abs(u - shift), pixel),
  }
  paint(target, view, neck, tinted(colour, 0.75), { key: Math.max(0, 0.4 * lz) })
  const cloth: Shape = {
    box: [-9, 2.5, 9, 9],
    cover: (u, v, pixel) => edge(v - 4.2 + 0.35 * Math.abs(u - shift), pixel),
  }
  paint(target, view, cloth, scene.cloth, { key: Math.max(0, 0.7 * lz) })
  const { size, out, height } = person.ears
  for (const mirror of [-1, 1] as const) {
    const at = mirror * (0.97 * person.face.width + 0.5 * out)
    const frame = frameAt(head, at, height, { mirror, lift: -0.2 })
    const ear = ellipse(0, 0, size * 0.42, size)
    paint(target, frame, ear, tinted(colour, 0.9, 0.8, 0.78), {
      key: Math.max(0, 0.3 * lz + 0.7 * lx * mirror),
    })
    shadow(target, frame, ellipse(0.02, 0, size * 0.2, size * 0.6, { softness: 0.1 }), { ambient: 0.25 })
  }
}

/** Paints the egg of the head: skin, beard and the hair before it, and how the key light falls on them. */
export function paintHead(target: Canvas, head: Head, scene: Scene): void {
  const { person, turn } = head
  const { face, skin, beard, mouth, nose, hair } = person
  const { height, width, data } = target
  const { a, c, e, f } = head.view
  const size = a * a + c * c
  const pixel = 1 / Math.sqrt(size)
  const [sinYaw, cosYaw, sinPitch, cosPitch] = turn
  const [lx, ly, lz] = scene.light.to
  const { wrap } = scene.light
  const hairAt = hairCover(head, scene)
  const above = face.skull + middle
  const below = face.chin - middle
  const chin = Math.min(0.97, beard.chin * scene.today.beard)
  const lip = Math.min(0.97, beard.lip * scene.today.beard)
  const cheek = Math.min(0.95, beard.cheek * scene.today.beard)
  const bearded = chin > 0 || lip > 0
  const blush = mixed(skin.colour, srgb(200, 80, 70), 0.4)
  const freckle = tinted(skin.colour, 0.55, 0.42, 0.35)
  const phase = hair.phase + scene.today.hair
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = x + 0.5 - e
      const dy = y + 0.5 - f
      const vx = (a * dx + c * dy) / size
      const vy = (a * dy - c * dx) / size - middle
      const v = vy / (vy < 0 ? above : below)
      const half = halfWidth(person, v)
      const u = (vx - chinShift(sinYaw, v)) / half
      const q = u * u + v * v
      const t = edge((1 - Math.sqrt(q)) * half, pixel)
      if (t <= 0) continue
      const z = Math.sqrt(Math.max(0, 1 - q))
      // Turned back to the frontal face.
      const v0 = v * cosPitch - z * sinPitch
      const z1 = v * sinPitch + z * cosPitch
      const x0 = (u * cosYaw - z1 * sinYaw) * half
      const z0 = u * sinYaw + z1 * cosYaw
      const y0 = middle + v0 * (v0 < 0 ? above : below)
      const ax = x0 < 0 ? -x0 : x0

      let [red, green, blue] = skin.colour
      const fx = ax - 1.25
      const fy = y0 - 1.15
      const glow = 1 / (1 + 2.2 * (fx * fx + fy * fy))
      const b = skin.blush * glow * glow
      red += (blush[0] - red) * b
      green += (blush[1] - green) * b
      blue += (blush[2] - blue) * b
      if (skin.freckles > 0) {
        const spots = wave(17 * x0 + 3 * wave(7 * y0)) * wave(19 * y0 + 4 * wave(6 * x0)) - 0.3
        const s = spots > 0 ? skin.freckles * glow * spots : 0
        red += (freckle[0] - red) * s
        green += (freckle[1] - green) * s
        blue += (freckle[2] - blue) * s
      }
      if (bearded) {
        const under = y0 - mouth.height
        const low = chin * edge(under - 0.3 - 0.1 * ax * ax, pixel, 0.5) * edge(1.5 - ax, pixel, 0.7)
        const jaw = cheek * edge(under + 0.9 * (ax - 0.75), pixel, 0.6) * edge(ax - 0.95, pixel, 0.3)
        // The moustache: from under the nose down to the lip and past the corners of the mouth.
        const over = 0.6 * (mouth.height - nose.length)
        const drop = 0.22 * ax * ax
        const wide = edge(1.12 * mouth.width - ax, pixel, 0.35)
        const lipAt =
          lip * wide * edge(over + under - drop, pixel, 0.25) * edge(drop - under - 0.08, pixel, 0.2)
        const d = Math.max(low, jaw, lipAt)
        red += (beard.colour[0] - red) * d
        green += (beard.colour[1] - green) * d
        blue += (beard.colour[2] - blue) * d
      }
      const h = hairAt(x0, y0, z0, pixel)
      const nu = u * 0.95
      const nv = v * 0.8
      const length = Math.sqrt(nu * nu + nv * nv + z * z) + 1e-6
      let key = ((nu * lx + nv * ly + z * lz) / length + wrap) / (1 + wrap)
      if (key < 0) key = 0
      if (h > 0) {
        const strand = 0.8 + 0.2 * wave(6 * x0 + 2 * wave(1.5 * y0 + phase))
        red += (hair.colour[0] * strand - red) * h
        green += (hair.colour[1] * strand - green) * h
        blue += (hair.colour[2] * strand - blue) * h
        key *= 1 - 0.15 * h
      }
      const i = (y * width + x) * 4
      data[i] = data[i]! + (red - data[i]!) * t
      data[i + 1] = data[i + 1]! + (green - data[i + 1]!) * t
      data[i + 2] = data[i + 2]! + (blue - data[i + 2]!) * t
      data[i + 3] = data[i + 3]! + (key - data[i + 3]!) * t
    }
  }
}
