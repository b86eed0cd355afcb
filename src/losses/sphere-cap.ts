/** Pieces of Simpson's rule, even. */
const pieces = 4096

/**
 * The share of the unit sphere in K = `dimensions` ≥ 2 that lies within `angle` radians (0 … π) of a point: the integral of
 * sin^(K−2), by Simpson's rule.
 */
export function capShare(angle: number, dimensions: number): number {
  if (dimensions === 2) return angle / Math.PI
  return sineIntegral(angle, dimensions - 2) / sineIntegral(Math.PI, dimensions - 2)
}

/** The angle in radians within which a share (0 … 1) of the sphere lies: the inverse of `capShare`. */
export function capAngle(share: number, dimensions: number): number {
  let [low, high] = [0, Math.PI]
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (capShare(middle, dimensions) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function sineIntegral(angle: number, power: number): number {
  const h = angle / pieces
  let total = Math.sin(angle) ** power
  for (let i = 1; i < pieces; i++) total += (i % 2 === 1 ? 4 : 2) * Math.sin(i * h) ** power
  return (total * h) / 3
}
