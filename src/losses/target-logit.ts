import { UsageError } from '../errors.ts'

/**
 * ψ of A-Softmax at an angle, with its piece and its slope, in float64 (Liu et al. 2017, eq. 6): (−1)^k cos(mθ) − 2k on
 * [kπ/m, (k+1)π/m]. `theta` in radians, 0 … π; `m` any whole number from 1. `slope` is dψ/dθ.
 * @throws UsageError
 */
export function psiAt(
  theta: number,
  m: number,
): { readonly value: number; readonly piece: number; readonly slope: number } {
  if (!(Number.isInteger(m) && m >= 1)) throw new UsageError(`psi: m must be a whole number from 1, got ${m}`)
  const piece = Math.min(m - 1, Math.max(0, Math.floor((theta * m) / Math.PI)))
  const sign = piece % 2 === 0 ? 1 : -1
  return {
    value: sign * Math.cos(m * theta) - 2 * piece,
    piece,
    slope: -sign * m * Math.sin(m * theta),
  }
}
