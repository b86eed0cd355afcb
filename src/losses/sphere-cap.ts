/**
 * The share of the unit sphere in K = `dimensions` ≥ 2 that lies within `angle` radians (0 … π) of a point: the integral of
 * sin^(K−2), by Simpson's rule.
 */
export function capShare(angle: number, dimensions: number): number {
  if (dimensions === 2) return angle / Math.PI
  return sineIntegral(angle, dimensions - 2) / (2 * sineIntegral(Math.PI / 2, dimensions - 2))
}

/** The angle in radians within which a share (0 … 1) of the sphere lies: the inverse of `capShare`. */
export function capAngle(share: number, dimensions: number): number {
  if (dimensions === 2) return share * Math.PI
  const wanted = share * 2 * sineIntegral(Math.PI / 2, dimensions - 2)
  let [low, high] = [0, Math.PI]
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (sineIntegral(middle, dimensions - 2) < wanted) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function sineIntegral(angle: number, power: number): number {
  // The integrand is about 1/√power wide: as many points for each such width in any number of dimensions.
  const pieces = 2 * Math.ceil(256 + 32 * Math.sqrt(power))
  const h = angle / pieces
  let total = Math.sin(angle) ** power
  for (let i = 1; i < pieces; i++) total += (i % 2 === 1 ? 4 : 2) * Math.sin(i * h) ** power
  return (total * h) / 3
}
