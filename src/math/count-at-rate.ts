/**
 * The largest whole k from 0 to `of` with k / `of` <= `rate`. The quotients are compared, not the product: 3/3000 is 0.001
 * to the last bit, as 0.001 · 3000 need not be 3.
 */
export function countAtRate(rate: number, of: number): number {
  let count = Math.min(of, Math.floor(rate * of))
  if (count < of && (count + 1) / of <= rate) count++
  if (count / of > rate) count--
  return count
}
