/** A polyline with gaps where a value is not finite. */
interface Line {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/**
 * A line with no more points than are seen: of those that follow each other at one place the first, the least, the greatest and
 * the last. A line of 10,000 steps stays a short drawing that covers the same pixels.
 */
export function thinLine(
  { x, y }: Line,
  place: (x: number) => number,
): { readonly x: number[]; readonly y: number[] } {
  const kept: number[] = []
  for (let from = 0; from < x.length; ) {
    let [end, low, high] = [from, from, from]
    const at = place(x[from]!)
    while (end < x.length && place(x[end]!) === at && Number.isFinite(y[end])) {
      if (y[end]! < y[low]!) low = end
      if (y[end]! > y[high]!) high = end
      end++
    }
    // A point that is not finite is a gap of its own.
    const last = Math.max(from, end - 1)
    kept.push(...new Set([from, Math.min(low, high), Math.max(low, high), last]))
    from = last + 1
  }
  return { x: kept.map((i) => x[i]!), y: kept.map((i) => y[i]!) }
}

/** The points of a line that stand alone between gaps or ends, which a stroke does not show: [x, y] each. */
export function lonePoints({ x, y }: Line): [number, number][] {
  const is = (i: number): boolean => Number.isFinite(x[i]) && Number.isFinite(y[i])
  return Array.from(x, (value, i): [number, number] => [value, y[i]!]).filter(
    (_, i) => is(i) && !is(i - 1) && !is(i + 1),
  )
}
