/**
 * How likely a |t| of at least this much is by chance under Student's t with `freedom` degrees of freedom: the two-sided p.
 * By the incomplete beta function I_x(ν/2, ½) at x = ν / (ν + t²) (Abramowitz and Stegun 1964, 26.7.1). NaN for a NaN.
 */
export function tTwoSided(t: number, freedom: number): number {
  if (Number.isNaN(t) || !(freedom > 0)) return Number.NaN
  if (t === 0) return 1
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

/** The t that |t| exceeds by chance with probability `p`, 0 < p < 1: 2.262 at 0.05 with 9 degrees of freedom. By halving. */
export function tCritical(p: number, freedom: number): number {
  if (!(p > 0 && p < 1 && freedom > 0)) return Number.NaN
  let [low, high] = [0, 1]
  while (tTwoSided(high, freedom) > p && high < 1e300) high *= 2
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (tTwoSided(middle, freedom) > p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** I_x(a, b) by its continued fraction (Abramowitz and Stegun 1964, 26.5.8), from the side where it converges fast. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  // From the innermost term outwards: twice as many terms as are needed at the sizes of a test cost nothing.
  const terms = 200 + Math.ceil(4 * Math.sqrt(Math.max(a, b)))
  let below = 1
  for (let m = terms; m >= 1; m--) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    below = 1 + even / (1 + odd / below)
  }
  const first = (-(a + b) * x) / (a + 1)
  return front / (a * (1 + first / below))
}

/** ln Γ(x) for x > 0: Stirling's series at 12 and more, brought down by the recurrence. */
function logGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 12; z++) shift += Math.log(z)
  const r = 1 / (z * z)
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / z
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}
