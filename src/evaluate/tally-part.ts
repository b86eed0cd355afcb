import type { PartialTally } from '../search/tally.ts'
import type { JsonObject, PartArray } from './part-file.ts'

/** A partial tally as a part file holds it. */
export interface PackedTally {
  readonly json: JsonObject
  readonly arrays: Readonly<Record<string, PartArray>>
}

/** Parts a partial tally into what JSON can hold and arrays, under names that begin with `prefix`. */
export function packTally(prefix: string, { pass, counts, counted, distractors }: PartialTally): PackedTally {
  const { thresholds, leadingThresholds, zones, range, ...settings } = pass
  const { kept, longest, ...own } = counts
  const arrays = {
    ...{ thresholds, leadingThresholds, ...own },
    zones: Float64Array.from(zones.flatMap(({ low, high }) => [low, high])),
    range: Float64Array.of(range.low, range.high),
    longest: Float64Array.of(longest),
    ...Object.fromEntries(
      kept.flatMap(({ values, counts: times }, z) => [
        [`kept.${z}.values`, values],
        [`kept.${z}.counts`, times],
      ]),
    ),
  }
  return {
    json: { ...settings, counted, distractors },
    arrays: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}.${name}`, array])),
  }
}

/** Puts a partial tally together again. */
export function unpackTally(
  prefix: string,
  json: JsonObject,
  arrays: Readonly<Record<string, PartArray>>,
): PartialTally {
  const { counted, distractors, ...settings } = json
  const own = Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), array]] : [],
    ),
  ) as Record<string, Float64Array>
  const { thresholds, leadingThresholds, zones, range, longest, ...rest } = own
  const counts = Object.entries(rest).filter(([name]) => !name.startsWith('kept.'))
  const pairs = Array.from({ length: zones!.length / 2 }, (_, z) => ({
    low: zones![2 * z]!,
    high: zones![2 * z + 1]!,
  }))
  return {
    pass: {
      ...(settings as unknown as PartialTally['pass']),
      ...{ thresholds: thresholds!, leadingThresholds: leadingThresholds!, zones: pairs },
      range: { low: range![0]!, high: range![1]! },
    },
    counts: {
      ...(Object.fromEntries(counts) as unknown as PartialTally['counts']),
      kept: pairs.map((_, z) => ({ values: rest[`kept.${z}.values`]!, counts: rest[`kept.${z}.counts`]! })),
      longest: longest![0]!,
    },
    counted: counted as number,
    distractors: distractors as number,
  }
}
