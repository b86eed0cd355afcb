import { band, type Canvas, edge, ellipse, paint, rounded, type Shape, shadow } from './synthetic-canvas.ts'
import { type Colour, tinted } from './synthetic-colour.ts'
import { frameAt, type Head } from './synthetic-head.ts'
import type { Occluder, Scene } from './synthetic-scene.ts'

const sides = [-1, 1] as const

/** Paints the person's own glasses: rims, bridge, a weak tint. */
export function paintGlasses(target: Canvas, head: Head): void {
  const { glasses, eyes } = head.person
  const { width, height, round, rim, colour } = glasses
  const x = Math.max(eyes.spacing, width + 0.12)
  for (const mirror of sides) {
    const frame = frameAt(head, mirror * x, 0.06, { mirror, lift: 0.12 })
    const outer = rounded(0, 0, width + rim / 2, height + rim / 2, round)
    const inner = rounded(0, 0, width - rim / 2, height - rim / 2, round)
    shadow(target, frame, inner, { ambient: 0.06 })
    const ring: Shape = {
      box: outer.box,
      cover: (u, v, pixel) => outer.cover(u, v, pixel) - inner.cover(u, v, pixel),
    }
    paint(target, frame, ring, colour)
    const arm = frameAt(head, mirror * Math.min(x + width + 0.25, 2), 0, { mirror, lift: 0.05 })
    paint(target, arm, rounded(0, -0.05, 0.4, rim / 2, 0), colour)
  }
  const bridge = frameAt(head, 0, -0.02, { lift: 0.2 })
  paint(
    target,
    bridge,
    band(
      x - width,
      (s) => 0.1 * s * s - rim / 2,
      (s) => 0.1 * s * s + rim / 2,
    ),
    colour,
  )
}

/** Paints one thing that hides part of the face. */
export function paintOccluder(target: Canvas, head: Head, scene: Scene, occluder: Occluder): void {
  const { colour, size, angle, y } = occluder
  const front = Math.max(0.05, scene.light.to[2])
  const lay = (frame: ReturnType<typeof frameAt>, shape: Shape, of: Colour, key = front): void => {
    paint(target, frame, shape, of, { key })
  }
  switch (occluder.kind) {
    case 'sunglasses':
      for (const mirror of sides) {
        const frame = frameAt(head, mirror, 0.1, { mirror, lift: 0.15 })
        lay(frame, rounded(0, 0, 0.55 + 0.35 * size, 0.3 + 0.35 * size, 0.8), colour, 0.3 * front)
      }
      lay(frameAt(head, 0, -0.15, { lift: 0.25 }), rounded(0, 0, 0.5, 0.08, 0.5), colour)
      return
    case 'mask': {
      const frame = frameAt(head, 0, y, { lift: 0.15, angle })
      const wide = (head.person.face.width * 1.05) / Math.max(0.6, head.turn[1] ** 2)
      const cloth = band(
        wide,
        (s) => 0.35 * s * s - 0.25,
        () => 3,
        { softness: 0.05 },
      )
      lay(frame, cloth, colour, 0.8 * front)
      for (const fold of [0.3, 0.8]) {
        const crease = band(
          wide,
          (s) => fold - 0.1 * s * s,
          (s) => fold + 0.14 - 0.1 * s * s,
          { softness: 0.15 },
        )
        shadow(target, frame, crease, { ambient: 0.25 })
      }
      return
    }
    case 'hand': {
      const skin = head.person.skin.colour
      const frame = turned(head, occluder)
      for (let finger = 0; finger < 4; finger++) {
        const at = (finger - 1.5) * 0.34 * size
        const long = size * (1.05 - 0.12 * Math.abs(finger - 1.4))
        const shape = rounded(at, -0.3 * long, 0.19 * size, long, 0.9)
        shadow(target, frame, rounded(at + 0.08, -0.3 * long, 0.2 * size, long, 0.9), { ambient: 0.3 })
        lay(frame, shape, tinted(skin, 0.95, 0.9, 0.88), front * (0.75 + 0.08 * finger))
      }
      lay(frame, ellipse(0, 1.1 * size, 0.8 * size, 0.8 * size), skin, 0.9 * front)
      return
    }
    case 'bar':
      lay(
        turned(head, occluder),
        { box: [-9, -0.4 * size, 9, 0.4 * size], cover: (_, v, p) => edge(0.4 * size - Math.abs(v), p) },
        colour,
      )
      return
    case 'cap': {
      const frame = frameAt(head, 0, y, { lift: 0.1, angle })
      const wide = (head.person.face.width * 1.15) / Math.max(0.6, head.turn[1] ** 2)
      const dome = band(
        wide,
        () => -4,
        (s) => -0.25 * s * s,
        { softness: 0.04 },
      )
      const brim = band(
        wide * 0.95,
        (s) => -0.1 - 0.3 * s * s,
        (s) => 0.25 * size - 0.35 * s * s,
      )
      lay(frame, dome, colour, 0.8 * front)
      shadow(target, frame, ellipse(0, 0.5, wide, 0.5, { softness: 0.4 }), { key: 0.7, ambient: 0.15 })
      lay(frame, brim, tinted(colour, 0.6), 0.6 * front)
    }
  }
}

/** A frame in the view (not on the skin) at an occluder's place and angle. */
function turned(head: Head, { x, y, angle }: Occluder): ReturnType<typeof frameAt> {
  const { a, c, e, f } = head.view
  const [re, im] = [a * Math.cos(angle) - c * Math.sin(angle), a * Math.sin(angle) + c * Math.cos(angle)]
  return { a: re, b: -im, c: im, d: re, e: a * x - c * y + e, f: c * x + a * y + f }
}
