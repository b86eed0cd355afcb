import type { ReportGroups, ReportPair } from './report-input.ts'

/** An error rate with what it stands on and its 95 % interval (Wilson 1927). */
export interface Rate {
  readonly errors: number
  readonly of: number
  readonly low: number
  readonly high: number
}

/** The errors among the pairs of one label. */
export interface GroupRates {
  readonly label: string
  /** Genuine pairs of the label's people that were refused: false non-match. */
  readonly refused: Rate
  /** Impostor pairs, both of the label, that were accepted: false match. */
  readonly accepted: Rate
}

/** The name of the row for impostor pairs of two labels. */
const across = 'of two groups'

/**
 * Error rates by an attribute of the people, each at the threshold that judged the pair. A pair whose images lack the label
 * is left out; impostor pairs of two labels come last, in a row of their own. Sorted by label.
 */
export function groupRates(
  pairs: readonly ReportPair[],
  attribute: string,
  { labelOf }: ReportGroups,
): GroupRates[] {
  const counts = new Map<string, { refused: [number, number]; accepted: [number, number] }>()
  for (const { left, right, same, accepted } of pairs) {
    const [a, b] = [labelOf(left, attribute), labelOf(right, attribute)]
    if (a === undefined || b === undefined) continue
    const label = a === b ? a : across
    const count = counts.get(label) ?? { refused: [0, 0], accepted: [0, 0] }
    counts.set(label, count)
    if (same) {
      count.refused[1]++
      if (!accepted) count.refused[0]++
    } else {
      count.accepted[1]++
      if (accepted) count.accepted[0]++
    }
  }
  const last = (label: string) => (label === across ? 1 : 0)
  return [...counts]
    .sort(([a], [b]) => last(a) - last(b) || (a < b ? -1 : a > b ? 1 : 0))
    .map(([label, { refused, accepted }]) => ({
      label,
      refused: rate(...refused),
      accepted: rate(...accepted),
    }))
}

/** A share with the 95 % interval of Wilson (1927); NaN of nothing. */
export function rate(errors: number, of: number): Rate {
  if (of === 0) return { errors, of, low: Number.NaN, high: Number.NaN }
  const z = 1.959964
  const share = errors / of
  const centre = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of)
  const reach = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))
  return {
    errors,
    of,
    low: errors === 0 ? 0 : centre - reach,
    high: errors === of ? 1 : centre + reach,
  }
}
