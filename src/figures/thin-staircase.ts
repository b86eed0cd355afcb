/** Points of a curve, x rising. */
export interface Points {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/**
 * The corners of a staircase, [x, y] each: those where y changes, of several that `place` puts at one place only the last
 * (so that a curve of millions of points stays a short drawing), and the end.
 */
export function thinStaircase({ x, y }: Points, place: (x: number) => number): [number, number][] {
  const corners: [number, number][] = []
  for (let k = 0; k < x.length; k++) {
    const last = corners.at(-1)
    const corner: [number, number] = [x[k]!, y[k]!]
    if (last && corner[1] === last[1] && k < x.length - 1) continue
    if (last && place(corner[0]) === place(last[0])) corners.pop()
    corners.push(corner)
  }
  return corners
}
