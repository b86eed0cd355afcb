import { ShapeError, UsageError } from '../errors.ts'
import { similarityTransform } from '../math/similarity.ts'
import type { Picture } from './decode.ts'
import { type Size, warpAffine } from './warp.ts'

/**
 * Where the five points (left eye, right eye, nose, left and right corner of the mouth, as seen in the picture) go:
 * `sphereface` at 112 × 96 (Liu et al. 2017), `arcface` at 112 × 112 (Deng et al. 2019), the same with 8 added to x.
 */
export const TEMPLATES = {
  sphereface: { height: 112, width: 96, x: 0 },
  arcface: { height: 112, width: 112, x: 8 },
} as const

/** The name of a template. */
export type TemplateName = keyof typeof TEMPLATES

const POINTS = [30.2946, 51.6963, 65.5318, 51.5014, 48.0252, 71.7366, 33.5493, 92.3655, 62.7299, 92.2041]

/**
 * The five points of a template for a picture of the given size, [5, 2] as x, y in pixels. A picture of the template's
 * own shape gets its points times height / 112; of another shape, the same, moved so that the middle stays in the
 * middle: face and height keep their proportion, and width is added or cut at both sides alike. So `sphereface` at
 * 112 × 112 is `arcface`.
 * @throws UsageError for a name that is no template.
 */
export function template(name: TemplateName, { height, width }: Size): Float64Array {
  if (!Object.hasOwn(TEMPLATES, name)) {
    throw new UsageError(`template: expected one of ${Object.keys(TEMPLATES).join(', ')}, got ${name}`)
  }
  const base = TEMPLATES[name]
  const scale = height / base.height
  const aside = (width - base.width * scale) / 2
  return Float64Array.from(POINTS, (value, i) =>
    i % 2 === 0 ? (value + base.x) * scale + aside : value * scale,
  )
}

/** The size to align to, and the template. */
export interface AlignOptions extends Size {
  readonly template?: TemplateName
}

/**
 * Cuts a face out of a picture: the similarity transform that takes its five `points` [5, 2] (x, y in pixels) nearest
 * to the template, applied bilinearly. Writes uint8 RGB [height, width, 3] at `offset` of `out`.
 * @throws ShapeError unless there are five points and room for the result.
 * @throws DataError when the points are not finite or fix no transform.
 */
export function alignFace(
  picture: Picture,
  points: ArrayLike<number>,
  { height, width, template: name = 'sphereface' }: AlignOptions,
  out: Uint8Array = new Uint8Array(height * width * 3),
  offset = 0,
): Uint8Array {
  if (points.length !== 10) {
    throw new ShapeError(`align face: expected 5 points, got ${points.length} numbers`)
  }
  const matrix = similarityTransform(points, template(name, { height, width }))
  return warpAffine(picture, matrix, { height, width }, out, offset)
}
