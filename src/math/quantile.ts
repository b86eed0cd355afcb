import { UsageError } from '../errors.ts'

/**
 * The `p` quantile of the values by the R-7 method (Hyndman and Fan 1996): the place p · (n − 1) of the sorted values, joined by
 * straight lines. NaN when empty or where a value is NaN.
 * @throws UsageError when `p` lies outside 0 … 1
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new UsageError(`quantile: expected p from 0 to 1, got ${p}`)
  const rising = Float64Array.from(values).sort()
  const place = p * (rising.length - 1)
  const low = rising[Math.floor(place)]
  const high = rising[Math.ceil(place)]
  // A typed array sorts NaN to the end.
  if (low === undefined || high === undefined || Number.isNaN(rising.at(-1))) return Number.NaN
  return low === high ? low : low + (place - Math.floor(place)) * (high - low)
}
