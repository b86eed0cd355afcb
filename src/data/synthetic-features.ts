import { band, both, type Canvas, ellipse, paint, shadow } from './synthetic-canvas.ts'
import { mixed, srgb, tinted } from './synthetic-colour.ts'
import { frameAt, type Head } from './synthetic-head.ts'
import type { Scene } from './synthetic-scene.ts'

const sides = [-1, 1] as const
const black = srgb(12, 10, 10)

/** Paints the eyes: sockets, opening, iris, lids. */
export function paintEyes(target: Canvas, head: Head, scene: Scene): void {
  const { eyes, face, skin } = head.person
  const { smile, blink, gazeX, gazeY, raise } = scene.expression
  const wide = eyes.open * Math.max(0.05, 1 - blink) * (1 - 0.25 * Math.max(0, smile))
  const open = wide + 0.3 * Math.max(0, raise)
  const upper = (s: number): number => -open * (1 - s * s) * (1 + eyes.skew * s)
  const lower = (s: number): number => 0.6 * open * (1 - s * s) * (1 - eyes.skew * s)
  const lid = tinted(skin.colour, 0.45, 0.36, 0.34)
  const lash = mixed(lid, black, 0.35 + 0.65 * eyes.lash)
  const line = 0.035 + 0.05 * eyes.lash
  const crease = 0.06 + 0.12 * eyes.lid
  const w = eyes.width
  for (const mirror of sides) {
    const frame = frameAt(head, mirror * eyes.spacing, 0, { mirror, angle: -eyes.tilt })
    shadow(target, frame, ellipse(-0.08, -0.12, w * 1.3, 0.5, { softness: 0.5 }), {
      ambient: 0.1 + 0.25 * eyes.depth,
    })
    if (face.age > 0.3) {
      const bag = ellipse(-0.05, 0.34, w * 0.9, 0.16, { softness: 0.2 })
      shadow(target, frame, bag, { ambient: 0.4 * (face.age - 0.3) })
    }
    const opening = band(w, upper, lower)
    const x = gazeX * mirror
    const y = gazeY - 0.25 * open
    paint(target, frame, opening, srgb(214, 206, 202))
    paint(target, frame, both(opening, ellipse(x, y, eyes.iris, eyes.iris)), eyes.colour)
    paint(target, frame, both(opening, ellipse(x, y, eyes.iris * 0.45, eyes.iris * 0.45)), black)
    const over = (by: number) => (s: number) => upper(s) - by
    paint(target, frame, band(w * 1.08, over(line), over(-0.02)), lash)
    paint(target, frame, band(w, over(crease + 0.035), over(crease), { alpha: 0.5 }), lid)
    const under = (by: number) => (s: number) => lower(s) + by
    paint(target, frame, band(w * 0.95, under(-0.01), under(0.03), { alpha: 0.5 }), lid)
  }
}

/** Paints the brows. */
export function paintBrows(target: Canvas, head: Head, scene: Scene): void {
  const { brows, eyes } = head.person
  const { raise, frown } = scene.expression
  const { length, thickness, arch, taper } = brows
  const curve = (s: number): number => -arch * (1 - s * s)
  const half = (s: number): number => (thickness / 2) * (1 - 0.5 * taper * (s + 1))
  for (const mirror of sides) {
    const x = mirror * (eyes.spacing + brows.inner - 0.3 * frown)
    const frame = frameAt(head, x, -brows.height - raise, { mirror, lift: 0.02, angle: brows.tilt - frown })
    const hair = band(
      length,
      (s) => curve(s) - half(s),
      (s) => curve(s) + half(s),
      { alpha: brows.density, softness: 0.06 },
    )
    paint(target, frame, hair, brows.colour)
  }
}

/** Paints the nose by its shadows, and the shadow that it throws. */
export function paintNose(target: Canvas, head: Head, scene: Scene): void {
  const { nose, skin, face } = head.person
  const [lx, ly] = scene.light.to
  const { smile } = scene.expression
  const lit = lx > 0 ? 1 : -1
  const side = Math.min(1, Math.abs(lx) * 1.3)
  const { width, length, bridge, tip, lift } = nose
  const wide = width * (1 + 0.1 * Math.max(0, smile))
  const root = frameAt(head, nose.bend, length * 0.5, { lift: lift * 0.5 })
  const flank = (mirror: number): ReturnType<typeof ellipse> =>
    ellipse(mirror * bridge * 1.15, -0.05, bridge * 0.75, length * 0.52, { softness: 0.22 })
  shadow(target, root, flank(-lit), { ambient: 0.16, key: 0.5 * side })
  shadow(target, root, flank(lit), { ambient: 0.1 })
  shadow(target, root, ellipse(0, 0, bridge * 0.6, length * 0.5, { softness: 0.2 }), {
    ambient: -0.12,
    key: -0.1,
  })

  const end = frameAt(head, nose.bend * 0.5, length, { lift })
  const thrown = ellipse(-lit * (0.2 + 0.5 * side) * wide, 0.2, wide * 0.9, 0.3 - 0.25 * ly, {
    softness: 0.3,
  })
  shadow(target, end, thrown, { key: 0.55 * Math.max(side, -ly) })
  for (const mirror of sides) {
    const wing = ellipse(mirror * wide * 0.72, 0.03, wide * 0.36, tip * 0.75, { softness: 0.1 })
    shadow(target, end, wing, { ambient: 0.14 })
    const hole = ellipse(mirror * wide * 0.45, 0.14, 0.09 + 0.1 * nose.nostrils, 0.045 + 0.05 * nose.nostrils)
    paint(target, end, hole, tinted(skin.colour, 0.22, 0.13, 0.12))
    if (face.age > 0.2) {
      // The fold from the nose to the corner of the mouth.
      const fold = frameAt(head, mirror * (wide + 0.22), length + 0.45, { mirror, angle: 0.95 })
      const crease = band(
        0.5,
        (s) => 0.1 * s * s - 0.05,
        (s) => 0.1 * s * s + 0.05,
        { softness: 0.08 },
      )
      shadow(target, fold, crease, { ambient: 0.5 * (face.age - 0.2) + 0.2 * Math.max(0, smile) })
    }
  }
  shadow(target, end, ellipse(0, -0.04, tip * 0.7, tip * 0.6, { softness: 0.2 }), {
    ambient: -0.18,
    key: -0.15,
  })
}

/** Paints the mouth: lips, and teeth and dark where it is open. */
export function paintMouth(target: Canvas, head: Head, scene: Scene): void {
  const { mouth, skin } = head.person
  const { smile, open } = scene.expression
  const w = mouth.width * (1 + 0.14 * smile)
  const gap = 0.45 * open * (1 - 0.3 * smile)
  const thin = 1 - 0.25 * Math.max(0, smile)
  const middleLine = (s: number): number => -(0.2 * smile + mouth.corner) * s * s + 0.06 * smile
  const parted = (s: number): number => gap * (1 - s * s)
  const top = (s: number): number => middleLine(s) - 0.4 * parted(s)
  const bottom = (s: number): number => middleLine(s) + 0.6 * parted(s)
  const bow = (s: number): number => 1 - 0.45 * mouth.bow * Math.max(0, 1 - 9 * s * s)
  const frame = frameAt(head, 0, mouth.height, { lift: 0.06 })
  const upper = band(w, (s) => top(s) - mouth.upper * thin * (1 - s * s) * bow(s), top)
  const lower = band(w * 0.96, bottom, (s) => bottom(s) + mouth.lower * thin * (1 - s * s))
  paint(target, frame, upper, tinted(mouth.colour, 0.8))
  paint(target, frame, lower, mouth.colour)
  if (gap > 0.02) {
    const inside = band(w * 0.94, top, bottom)
    paint(target, frame, inside, srgb(52, 18, 20))
    const teeth = band(w * 0.8, top, (s) => top(s) + Math.min(0.2, 0.6 * gap) * (1 - s * s))
    if (smile > 0.2) paint(target, frame, both(teeth, inside), srgb(222, 216, 204))
  } else {
    const seam = band(
      w,
      (s) => top(s) - 0.03,
      (s) => top(s) + 0.03,
      { alpha: 0.75 },
    )
    paint(target, frame, seam, tinted(skin.colour, 0.25, 0.14, 0.14))
  }
  const chin = ellipse(0, mouth.lower + gap * 0.6 + 0.16, w * 0.6, 0.13, { softness: 0.15 })
  shadow(target, frame, chin, { ambient: 0.12, key: 0.25 })
}

/** Paints the hollows under the cheekbones. */
export function paintCheeks(target: Canvas, head: Head): void {
  const { width, cheek } = head.person.face
  for (const mirror of sides) {
    const frame = frameAt(head, mirror * 0.68 * width, 1.75, { mirror, angle: -0.5 })
    shadow(target, frame, ellipse(0, 0, 0.55, 0.35, { softness: 0.5 }), { ambient: 0.25 * cheek })
  }
}

/** Paints moles. */
export function paintMoles(target: Canvas, head: Head): void {
  for (const { x, y, r, dark } of head.person.moles) {
    shadow(target, frameAt(head, x, y), ellipse(0, 0, r, r), { ambient: dark })
  }
}
