/** A polyline as two lists. */
export interface Polyline {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/**
 * The part of a line whose y lies within `low` … `high`, cut where it crosses them; a gap is a point that is not finite. Clip
 * paths of SVG would need names that no other figure of a page has.
 */
export function clipLine(
  { x, y }: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  [low, high]: readonly [number, number],
): Polyline {
  const cut: { x: number[]; y: number[] } = { x: [], y: [] }
  const put = (px: number, py: number): void => {
    cut.x.push(px)
    cut.y.push(py)
  }
  const inside = (value: number): boolean => value >= low && value <= high
  for (let i = 0; i < x.length; i++) {
    const [x1, y1] = [x[i]!, y[i]!]
    if (i > 0) {
      const [x0, y0] = [x[i - 1]!, y[i - 1]!]
      const shares = [low, high]
        .map((edge) => (edge - y0) / (y1 - y0))
        .filter((share) => share > 0 && share < 1)
        .sort((a, b) => a - b)
      for (const share of shares) {
        const leaves = inside(y0 + (y1 - y0) * (share - 1e-9))
        put(x0 + share * (x1 - x0), Math.min(high, Math.max(low, y0 + share * (y1 - y0))))
        if (leaves) put(Number.NaN, Number.NaN)
      }
    }
    if (inside(y1)) put(x1, y1)
    else if (!Number.isFinite(y1)) put(Number.NaN, Number.NaN)
  }
  return cut
}
