import type { Random } from '../math/rng.ts'
import { blur } from './blur.ts'
import { colourChange } from './colour-change.ts'
import { type Jitter, jitter, sameColours } from './jitter.ts'
import { jpeg } from './jpeg.ts'
import { lowResolution } from './low-resolution.ts'
import { type Occluder, occlude } from './occlude.ts'
import type { Size } from './warp.ts'

/** How far pictures are changed at random, so that no two epochs show the same; 0 leaves a thing as it is. */
export interface Augmentation {
  /** Turned by up to so many degrees either way. */
  readonly rotation: number
  /** Enlarged or shrunk by up to this share. */
  readonly zoom: number
  /** Moved by up to this share of width and height. */
  readonly shift: number
  /** Up to this share of width and height is cut off, somewhere, and the rest enlarged to the size. */
  readonly crop: number
  /** Brightness, contrast, saturation, and each of red, green and blue, change by up to this share. */
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
  readonly colour: number
  /** The probability of losing all colour. */
  readonly grey: number
  /** The probability of a blur, and its largest standard deviation in pixels of a picture that is 112 high. */
  readonly blur: number
  readonly blurSigma: number
  /** The probability of a lower resolution, and the least, as a share of the picture's own. */
  readonly lowResolution: number
  readonly lowResolutionScale: number
  /** The probability that something covers a part, and the largest share that it covers. */
  readonly occlusion: number
  readonly occlusionArea: number
  /** The probability of JPEG, and its least quality, 1 … 95. */
  readonly jpeg: number
  readonly jpegQuality: number
}

/** Nothing is changed; how far things go once their probability is more than 0. */
export const noAugmentation: Augmentation = {
  ...{
    rotation: 0,
    zoom: 0,
    shift: 0,
    crop: 0,
    brightness: 0,
    contrast: 0,
    saturation: 0,
    colour: 0,
    grey: 0,
  },
  ...{ blur: 0, blurSigma: 2, lowResolution: 0, lowResolutionScale: 0.25 },
  ...{ occlusion: 0, occlusionArea: 0.2, jpeg: 0, jpegQuality: 20 },
}

/** What becomes of one picture, in this order; what is absent does not happen. */
export interface Change {
  readonly jitter?: Jitter
  readonly occluder?: Occluder
  /** Standard deviation in pixels of a picture that is 112 high. */
  readonly blur?: number
  /** Share of the resolution that is left. */
  readonly lowResolution?: number
  /** Quality. */
  readonly jpeg?: number
}

/**
 * Draws what becomes of one picture. Each number has its own place in the stream, so that one strength changes nothing of
 * what the others do.
 */
export function drawChange(random: Random, strengths: Partial<Augmentation>): Change {
  const s = { ...noAugmentation, ...strengths }
  const [jitter, occluder] = [drawJitter(random, s), drawOccluder(random, s)]
  const drawn = <T>(probability: number, of: (u: number) => T): T | undefined => {
    const [happens, u] = [random.uniform() < probability, random.uniform()]
    return happens ? of(u) : undefined
  }
  const blur = drawn(s.blur, (u) => u * s.blurSigma)
  const lowResolution = drawn(s.lowResolution, (u) => s.lowResolutionScale + u * (1 - s.lowResolutionScale))
  const jpeg = drawn(s.jpeg, (u) => s.jpegQuality + Math.floor(u * (96 - s.jpegQuality)))
  return {
    ...(jitter && { jitter }),
    ...(occluder && { occluder }),
    ...(blur !== undefined && { blur }),
    ...(lowResolution !== undefined && { lowResolution }),
    ...(jpeg !== undefined && { jpeg }),
  }
}

function drawJitter(random: Random, s: Augmentation): Jitter | undefined {
  const around = (most: number): number => most * (2 * random.uniform() - 1)
  const angle = (around(s.rotation) * Math.PI) / 180
  const zoom = 1 + around(s.zoom)
  const [shiftX, shiftY] = [around(s.shift), around(s.shift)]
  const cut = s.crop * random.uniform()
  const [cutX, cutY] = [around(cut / 2), around(cut / 2)]
  const [brightness, contrast] = [1 + around(s.brightness), 1 + around(s.contrast)]
  const saturation = 1 + around(s.saturation)
  const gains = [1 + around(s.colour), 1 + around(s.colour), 1 + around(s.colour)] as const
  const grey = random.uniform() < s.grey
  const recolours = s.brightness + s.contrast + s.saturation + s.colour > 0 || grey
  if (!recolours && s.rotation + s.zoom + s.shift + s.crop === 0) return undefined
  return {
    ...{ angle, zoom: zoom / (1 - cut), x: shiftX + cutX, y: shiftY + cutY },
    colours: recolours ? colourChange({ brightness, contrast, saturation, gains, grey }) : sameColours,
  }
}

function drawOccluder(random: Random, s: Augmentation): Occluder | undefined {
  const [happens, x, y, area, aspect, ...colour] = Array.from({ length: 8 }, () => random.uniform()) as [
    ...[number, number, number, number, number, number, number, number],
  ]
  if (!(happens < s.occlusion)) return undefined
  const [red, green, blue] = colour.map((u) => Math.floor(256 * u)) as [number, number, number]
  // From three times as high as wide to three times as wide as high.
  return { x, y, area: area * s.occlusionArea, aspect: 3 ** (2 * aspect - 1), colour: [red, green, blue] }
}

/**
 * Does to a picture what was drawn for it, in place: uint8 RGB [height, width, 3] at `offset` of `pixels`.
 * @throws ShapeError when the picture does not lie within `pixels`.
 */
export function applyChange(pixels: Uint8Array, size: Size, change: Change, offset = 0): void {
  if (change.jitter) jitter(pixels, size, change.jitter, offset)
  if (change.occluder) occlude(pixels, size, change.occluder, offset)
  if (change.blur !== undefined) blur(pixels, size, (change.blur * size.height) / 112, offset)
  if (change.lowResolution !== undefined) lowResolution(pixels, size, change.lowResolution, offset)
  if (change.jpeg !== undefined) jpeg(pixels, size, change.jpeg, offset)
}

/** Whether anything is changed at all. */
export const changesAnything = (s: Partial<Augmentation>): boolean =>
  [s.rotation, s.zoom, s.shift, s.crop, s.brightness, s.contrast, s.saturation, s.colour].some(Boolean) ||
  [s.grey, s.blur, s.lowResolution, s.occlusion, s.jpeg].some(Boolean)
