import { type Random, rng } from '../math/rng.ts'
import { type Colour, hairColour, irisColour, mixed, skinColour, srgb } from './synthetic-colour.ts'

/**
 * What is fixed by who a person is, and the same in all images.
 * Lengths are in half eye distances of the mean face: x from its middle line, y down from the eyes.
 */
export interface Person {
  readonly index: number
  /** `jaw` and `square` widen the outline below; `age` deepens folds, `cheek` the hollows under the cheekbones. */
  readonly face: {
    readonly width: number
    readonly chin: number
    readonly skull: number
    readonly jaw: number
    readonly square: number
    readonly age: number
    readonly cheek: number
  }
  readonly skin: { readonly colour: Colour; readonly blush: number; readonly freckles: number }
  readonly eyes: {
    readonly spacing: number
    readonly width: number
    readonly open: number
    readonly tilt: number
    readonly skew: number
    readonly lid: number
    readonly lash: number
    readonly depth: number
    readonly iris: number
    readonly colour: Colour
  }
  readonly brows: {
    readonly height: number
    readonly length: number
    readonly thickness: number
    readonly tilt: number
    readonly arch: number
    readonly taper: number
    readonly inner: number
    readonly density: number
    readonly colour: Colour
  }
  readonly nose: {
    readonly length: number
    readonly width: number
    readonly bridge: number
    readonly tip: number
    readonly lift: number
    readonly nostrils: number
    readonly bend: number
  }
  readonly mouth: {
    readonly height: number
    readonly width: number
    readonly upper: number
    readonly lower: number
    readonly bow: number
    readonly corner: number
    readonly colour: Colour
  }
  /** `line` is where hair starts on the forehead; `fringe` how far it then falls; `sides` where it ends. */
  readonly hair: {
    readonly colour: Colour
    readonly bald: number
    readonly line: number
    readonly temple: number
    readonly recede: number
    readonly fringe: number
    readonly part: number
    readonly slope: number
    readonly sides: number
    readonly burn: number
    readonly curtain: number
    readonly top: number
    readonly volume: number
    readonly wave: number
    readonly frequency: number
    readonly phase: number
  }
  readonly ears: { readonly size: number; readonly out: number; readonly height: number }
  readonly beard: {
    readonly chin: number
    readonly lip: number
    readonly cheek: number
    readonly colour: Colour
  }
  /** Dark spots on the skin: place, radius and strength. */
  readonly moles: readonly {
    readonly x: number
    readonly y: number
    readonly r: number
    readonly dark: number
  }[]
  /** Glasses that the person owns; `worn` is the share of images with them on. */
  readonly glasses: {
    readonly worn: number
    readonly width: number
    readonly height: number
    readonly round: number
    readonly rim: number
    readonly colour: Colour
  }
}

/** Draws the identity parameters of one person: a pure function of `seed` and the person's number. */
export function syntheticPerson(seed: number, person: number): Person {
  const random = rng(seed, person)
  const between = (low: number, high: number): number => low + (high - low) * random.uniform()
  const chance = (p: number): boolean => random.uniform() < p
  const around = (mean: number, sd: number): number => mean + sd * clipped(random)

  // Skin, hair and eyes darken together, so that none of them alone tells much.
  const melanin = Math.min(Math.max(between(-0.05, 0.85), 0), 1)
  const age = random.uniform() ** 1.5
  const dark = Math.min(Math.max(0.35 + 0.6 * melanin + 0.3 * clipped(random), 0), 1)
  const red = chance(0.12) && melanin < 0.35 ? between(0.3, 0.9) : 0
  const grey = age > 0.45 ? between(0, 1.4 * (age - 0.3)) : 0
  const hair = hairColour(dark, red, Math.min(grey, 0.9))
  const skin = skinColour(melanin, around(0, 0.6))
  const hairy = chance(0.5)
  const long = !hairy && chance(0.75) ? between(1.2, 5) : between(-0.6, 0.9)
  const fringed = chance(0.4)
  const bearded = hairy && chance(0.5)
  const beard = bearded ? between(0.25, 0.95) : 0
  return {
    index: person,
    face: {
      width: around(2.24, 0.12),
      chin: around(3.45, 0.17),
      skull: around(2.75, 0.14),
      jaw: around(0.0, 0.12),
      square: around(0.04, 0.14),
      age,
      cheek: random.uniform(),
    },
    skin: { colour: skin, blush: between(0, 0.5), freckles: chance(0.12) ? between(0.3, 0.8) : 0 },
    eyes: {
      spacing: around(1, 0.055),
      width: around(0.5, 0.05),
      open: around(0.205, 0.04),
      tilt: around(0.03, 0.085),
      skew: around(0, 0.25),
      lid: random.uniform(),
      lash: random.uniform() ** 2,
      depth: random.uniform(),
      iris: around(0.225, 0.02),
      colour: irisColour(Math.min(Math.max(0.1 + melanin + 0.35 * clipped(random), 0), 1)),
    },
    brows: {
      height: around(0.6, 0.09),
      length: around(0.62, 0.07),
      thickness: between(0.05, 0.17),
      tilt: around(0.0, 0.13),
      arch: between(0, 0.17),
      taper: between(0, 0.8),
      inner: around(0.05, 0.05),
      density: between(0.45, 0.95),
      colour: mixed(hair, srgb(40, 28, 22), between(0.1, 0.6)),
    },
    nose: {
      length: around(1.18, 0.1),
      width: around(0.46, 0.075),
      bridge: around(0.2, 0.04),
      tip: around(0.26, 0.045),
      lift: around(0.3, 0.06),
      nostrils: random.uniform(),
      bend: around(0, 0.04),
    },
    mouth: {
      height: around(2.3, 0.1),
      width: around(0.82, 0.09),
      upper: between(0.06, 0.2),
      lower: between(0.1, 0.28),
      bow: random.uniform(),
      corner: around(0, 0.06),
      colour: mixed(
        mixed(skin, srgb(176, 74, 74), between(0.2, 0.5)),
        srgb(170, 20, 50),
        chance(0.15) ? 0.45 : 0,
      ),
    },
    hair: {
      colour: hair,
      bald: hairy && chance(0.16) ? between(0.6, 1) : 0,
      line: around(-1.95, 0.16),
      temple: around(0.36, 0.07),
      recede: hairy ? random.uniform() * 0.7 : 0,
      fringe: fringed ? between(0.3, 1.45) : 0,
      part: around(0, 0.8),
      slope: around(0, 0.22),
      sides: long,
      burn: between(-0.4, 0.9),
      curtain: between(0.72, 0.96),
      top: between(0.05, 0.45),
      volume: long > 1 ? between(0.15, 0.65) : between(0.02, 0.3),
      wave: random.uniform() ** 2 * 0.16,
      frequency: between(2, 7),
      phase: between(0, 6.28),
    },
    ears: { size: around(0.5, 0.06), out: between(0, 0.25), height: around(0.35, 0.12) },
    beard: {
      chin: beard,
      lip: bearded || (hairy && chance(0.12)) ? between(0.3, 0.95) : 0,
      cheek: bearded && chance(0.6) ? beard * between(0.5, 1) : 0,
      colour: mixed(hair, srgb(46, 34, 28), 0.35),
    },
    moles: Array.from({ length: Math.max(0, random.below(5) - 2) }, () => ({
      x: between(-1.6, 1.6),
      y: between(0.5, 2.9),
      r: between(0.05, 0.1),
      dark: between(0.4, 0.8),
    })),
    glasses: {
      worn: chance(0.25) ? between(0.3, 0.95) : 0,
      width: around(0.72, 0.06),
      height: around(0.5, 0.07),
      round: between(0.25, 1),
      rim: between(0.04, 0.11),
      colour: chance(0.6)
        ? srgb(between(15, 50), between(15, 40), between(15, 40))
        : srgb(between(60, 190), between(50, 150), between(40, 130)),
    },
  }
}

/** A standard normal number, cut off at ±2.2: no monsters. */
function clipped(random: Random): number {
  return Math.min(Math.max(random.normal(), -2.2), 2.2)
}
