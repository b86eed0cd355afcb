/** How many letters must be put in, left out or changed to turn `a` into `b` (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/**
 * The candidate with the smallest edit distance from `name`, case and hyphens aside, the first of equals; null where more
 * than half of its letters would have to change.
 */
export function nearest(name: string, candidates: readonly string[]): string | null {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '')
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const distance = editDistance(plain(name), plain(candidate))
    if (distance < least && 2 * distance <= Math.max(name.length, candidate.length)) {
      best = candidate
      least = distance
    }
  }
  return best
}
