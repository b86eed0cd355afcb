import { rng } from '../math/rng.ts'
import { type Colour, mixed, srgb } from './synthetic-colour.ts'

/** Something before the face; places in half eye distances, x and y from the middle between the eyes. */
export interface Occluder {
  readonly kind: 'sunglasses' | 'mask' | 'hand' | 'bar' | 'cap'
  readonly x: number
  readonly y: number
  readonly angle: number
  readonly size: number
  readonly colour: Colour
}

/** What changes from image to image of the same person. Angles in radians. */
export interface Scene {
  /** `roll`, `scale`, `x` and `y` are the errors of the alignment; yaw to the viewer's right, pitch down. */
  readonly pose: {
    readonly yaw: number
    readonly pitch: number
    readonly roll: number
    readonly scale: number
    readonly x: number
    readonly y: number
  }
  /** `to` points at the key light (x right, y down, z to the viewer). */
  readonly light: {
    readonly to: Colour
    readonly key: Colour
    readonly ambient: Colour
    readonly wrap: number
  }
  /** Half of the face in the shadow of something: strength 0 for none. */
  readonly shade: { readonly strength: number; readonly angle: number; readonly offset: number }
  readonly expression: {
    readonly smile: number
    readonly open: number
    readonly raise: number
    readonly frown: number
    readonly blink: number
    readonly gazeX: number
    readonly gazeY: number
  }
  /** How today differs: hair combed otherwise, beard grown, glasses on when `glasses` is below the share worn. */
  readonly today: {
    readonly hair: number
    readonly part: number
    readonly beard: number
    readonly glasses: number
  }
  readonly occluders: readonly Occluder[]
  readonly background: {
    readonly colours: readonly [Colour, Colour, Colour, Colour]
    readonly places: readonly number[]
  }
  readonly cloth: Colour
  /** Blur in pixels at a height of 112 (standard deviation), noise in grey levels, saturation, lift of the mid tones. */
  readonly camera: {
    readonly blurX: number
    readonly blurY: number
    readonly noise: number
    readonly saturation: number
    readonly mid: number
    readonly seed: number
  }
}

/**
 * Draws what is particular to one image: a pure function of the seed, the person's number and the image's number.
 * `difficulty` scales all of it: 0 is a frontal face in even light, 1 the default.
 */
export function syntheticScene(
  seed: number,
  person: number,
  { image, difficulty = 1 }: { image: number; difficulty?: number },
): Scene {
  const random = rng(seed, person, image)
  const k = difficulty
  const normal = (sd: number, limit = 2.2): number =>
    k * sd * Math.min(Math.max(random.normal(), -limit), limit)
  const between = (low: number, high: number): number => low + (high - low) * random.uniform()
  const chance = (p: number): boolean => random.uniform() < Math.min(p * k, 0.9)
  const any = (): Colour => srgb(between(10, 245), between(10, 245), between(10, 245))
  const near = (limit: number, x: number): number => Math.min(Math.max(x, -limit), limit)

  const azimuth = near(1.5, normal(0.65))
  const elevation = near(1.2, 0.45 + normal(0.45))
  const warm = normal(0.16)
  const green = normal(0.06)
  const exposure = Math.exp(near(1.1, normal(0.32)))
  const share = Math.min(Math.max(0.5 + normal(0.16), 0.12), 0.9)
  const lamp = normal(0.13)
  const light = (amount: number, temperature: number): Colour => [
    amount * exposure * Math.exp(temperature),
    amount * exposure * Math.exp(green),
    amount * exposure * Math.exp(-temperature),
  ]
  const expressive = chance(0.55)
  const talking = chance(0.3)
  return {
    pose: {
      yaw: near(0.75, normal(0.3)),
      pitch: near(0.45, normal(0.14)),
      roll: normal(0.045),
      scale: Math.exp(normal(0.03)),
      x: normal(0.05),
      y: normal(0.05),
    },
    light: {
      to: [
        Math.sin(azimuth) * Math.cos(elevation),
        -Math.sin(elevation),
        Math.cos(azimuth) * Math.cos(elevation),
      ],
      key: light(1.5 * (1 - share), warm + lamp),
      ambient: light(0.95 * share, warm - lamp),
      wrap: 0.15 + near(0.15, normal(0.1)),
    },
    shade: {
      strength: chance(0.2) ? between(0.3, 0.75) : 0,
      angle: between(0, 6.283),
      offset: between(-0.9, 0.9),
    },
    expression: {
      smile: near(1.1, (expressive ? between(0.3, 1) * Math.min(k, 1.2) : 0) + normal(0.15)),
      open: Math.max(0, (talking ? between(0.15, 0.8) * Math.min(k, 1.2) : 0) + normal(0.03)),
      raise: normal(0.06),
      frown: normal(0.08),
      blink: chance(0.06) ? between(0.5, 1) : Math.max(0, normal(0.12)),
      gazeX: normal(0.08),
      gazeY: normal(0.03),
    },
    today: { hair: normal(1), part: normal(0.2), beard: Math.exp(normal(0.3)), glasses: random.uniform() },
    occluders: occluders(),
    background: {
      colours: [any(), any(), any(), any()],
      places: Array.from({ length: 9 }, () => random.uniform()),
    },
    cloth: any(),
    camera: {
      blurX: Math.min(4, Math.abs(normal(1)) + k * 0.5),
      blurY: Math.min(4, Math.abs(normal(1)) + k * 0.5),
      noise: Math.min(40, Math.abs(normal(6)) + k * 2),
      saturation: Math.max(0, 1 + (chance(0.1) ? -1 : normal(0.2))),
      mid: near(0.6, normal(0.18)),
      seed: random.below(4294967296),
    },
  }

  /** At most two things before the face, drawn apart from each other. */
  function occluders(): Occluder[] {
    const found: Occluder[] = []
    const add = (kind: Occluder['kind'], p: number, at: Omit<Occluder, 'kind' | 'size'>): void => {
      const size = between(0.6, 1.1)
      if (chance(p) && found.length < 2) found.push({ kind, size, ...at })
    }
    const dark = mixed(srgb(12, 12, 14), any(), 0.15)
    const side = random.uniform() < 0.5 ? -1 : 1
    add('sunglasses', 0.07, { x: 0, y: 0, angle: 0, colour: dark })
    add('mask', 0.07, { x: 0, y: between(0.9, 2.2), angle: normal(0.1), colour: any() })
    add('hand', 0.09, {
      x: side * between(0.6, 2),
      y: between(1.2, 3.2),
      angle: side * between(0.2, 1.2),
      colour: any(),
    })
    add('bar', 0.09, { x: between(-2, 2), y: between(-2, 3), angle: between(0, 3.14), colour: any() })
    add('cap', 0.09, { x: 0, y: between(-1.6, -1), angle: normal(0.06), colour: any() })
    return found
  }
}
