import { type AlignOptions, alignFace, template } from '../image/align.ts'
import type { Picture } from '../image/decode.ts'
import { resize } from '../image/resize.ts'
import { invertAffine, similarityTransform } from '../math/similarity.ts'

/**
 * Cuts a face out of a photograph as `alignFace` does, but smooths it first where it is more than twice as large as the
 * result, down to twice: bilinear lookup alone would leave out pixels, and hair and beards would turn to noise.
 * @throws ShapeError unless there are five points.
 * @throws DataError when the points are not finite or fix no transform.
 */
export function cutFace(picture: Picture, points: ArrayLike<number>, options: AlignOptions): Uint8Array {
  const { height, width, template: name = 'sphereface' } = options
  if (points.length !== 10) return alignFace(picture, points, options)
  const matrix = similarityTransform(points, template(name, { height, width }))
  const shrink = 2 * Math.hypot(matrix[0], matrix[3])
  if (!(shrink < 1 && shrink > 0)) return alignFace(picture, points, options)
  const [a, b, c, d, e, f] = invertAffine(matrix)
  const corners = [0, width].flatMap((u) =>
    [0, height].map((v) => [a * u + b * v + c, d * u + e * v + f] as const),
  )
  // What one pixel of the result is smoothed over reaches past the corners.
  const margin = 2 / shrink
  const edges = (at: readonly number[], side: number): [number, number] => [
    Math.max(0, Math.floor(Math.min(...at) - margin)),
    Math.min(side, Math.ceil(Math.max(...at) + margin)),
  ]
  const [left, right] = edges(
    corners.map(([x]) => x),
    picture.width,
  )
  const [top, bottom] = edges(
    corners.map(([, y]) => y),
    picture.height,
  )
  if (right <= left || bottom <= top) return alignFace(picture, points, options)
  const part = cut(picture, { left, top, right, bottom })
  const size = {
    width: Math.max(1, Math.round(part.width * shrink)),
    height: Math.max(1, Math.round(part.height * shrink)),
  }
  const small = { ...size, data: resize(part, size) }
  const scale = size.height / part.height
  const aside = (size.width - part.width * scale) / 2
  const moved = Array.from(points, (at, i) =>
    i % 2 === 0 ? (at - left + 0.5) * scale - 0.5 + aside : (at - top + 0.5) * scale - 0.5,
  )
  return alignFace(small, moved, options)
}

/** A copy of a part of a picture, right and bottom excluded. */
function cut(
  { data, width }: Picture,
  { left, top, right, bottom }: { left: number; top: number; right: number; bottom: number },
): Picture {
  const row = 3 * (right - left)
  const part = new Uint8Array(row * (bottom - top))
  for (let y = top; y < bottom; y++) {
    const from = 3 * (y * width + left)
    part.set(data.subarray(from, from + row), (y - top) * row)
  }
  return { width: right - left, height: bottom - top, data: part }
}
