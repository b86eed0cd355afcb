/** The sum of the values, compensated (Neumaier 1974): off by rounding of the result alone, whatever the order. 0 when empty. */
export function sum(values: ArrayLike<number>): number {
  let total = 0
  let lost = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  // An infinite term leaves NaN in what was lost; the plain sum is right then.
  return Number.isFinite(total) ? total + lost : total
}

/** The arithmetic mean of the values; NaN when empty. */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length
}

/** The sample standard deviation of the values (divided by n − 1); NaN for fewer than two. */
export function deviation(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN
  const centre = mean(values)
  const squares = Float64Array.from(values, (value) => (value - centre) ** 2)
  return Math.sqrt(sum(squares) / (values.length - 1))
}
