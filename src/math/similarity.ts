import { DataError, ShapeError } from '../errors.ts'

/** An affine map of the plane, row-major [2, 3]: (x, y) ↦ (m₀x + m₁y + m₂, m₃x + m₄y + m₅). */
export type Affine = readonly [number, number, number, number, number, number]

/**
 * The similarity transform (rotation, uniform scale, translation) that takes the points `from` [K, 2] nearest to `to`
 * [K, 2] in the least-squares sense (Umeyama 1991, with the rotation kept proper). With the points as complex
 * numbers z and w about their means it is w ≈ a z, a = Σ z̄w / Σ|z|². A reflection is never returned: mirrored
 * points give the best rotation that there is, with a smaller scale, down to 0. K ≥ 2.
 * @throws ShapeError when the two lengths differ, are odd, or hold fewer than two points.
 * @throws DataError when a coordinate is not finite or all points of `from` coincide.
 */
export function similarityTransform(from: ArrayLike<number>, to: ArrayLike<number>): Affine {
  if (from.length !== to.length || from.length % 2 !== 0 || from.length < 4) {
    throw new ShapeError(
      `similarity transform: expected two equal lists of at least 2 points, got ${from.length} and ${to.length} numbers`,
    )
  }
  const count = from.length / 2
  const [zx, zy] = mean(from)
  const [wx, wy] = mean(to)
  let real = 0
  let imaginary = 0
  let spread = 0
  for (let i = 0; i < count; i++) {
    const x = from[2 * i]! - zx
    const y = from[2 * i + 1]! - zy
    const u = to[2 * i]! - wx
    const v = to[2 * i + 1]! - wy
    real += x * u + y * v
    imaginary += x * v - y * u
    spread += x * x + y * y
  }
  if (!Number.isFinite(real + imaginary + spread)) {
    throw new DataError(
      `similarity transform: expected finite points, got ${Array.from(from)} and ${Array.from(to)}`,
    )
  }
  // Rounding of the mean leaves a spread of about (1e-16 · size)² where the points are one point.
  if (spread <= count * (1e-14 * (Math.abs(zx) + Math.abs(zy))) ** 2) {
    throw new DataError(`similarity transform: expected distinct points, got all at ${from[0]},${from[1]}`)
  }
  const p = real / spread
  const q = imaginary / spread
  return [p, -q, wx - p * zx + q * zy, q, p, wy - q * zx - p * zy]
}

/**
 * The inverse of an affine map.
 * @throws DataError when the map has no inverse: its determinant is 0, or a number is not finite.
 */
export function invertAffine([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d
  if (!(Math.abs(determinant) > 0 && Number.isFinite(determinant + c + f))) {
    throw new DataError(
      `invert affine: expected a map that has an inverse, got ${[a, b, c, d, e, f].join(' ')}`,
    )
  }
  const [p, q, r, s] = [e / determinant, -b / determinant, -d / determinant, a / determinant]
  return [p, q, -(p * c + q * f), r, s, -(r * c + s * f)]
}

function mean(points: ArrayLike<number>): [number, number] {
  let x = 0
  let y = 0
  for (let i = 0; i < points.length; i += 2) {
    x += points[i]!
    y += points[i + 1]!
  }
  return [(2 * x) / points.length, (2 * y) / points.length]
}
