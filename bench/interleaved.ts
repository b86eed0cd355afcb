import type { Measured, Side } from './side.ts'

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * Runs the sides in turn, `repetitions` times `count` pieces each after a warm-up, so that what slows the machine slows
 * all; closes them. A side that is absent gives undefined.
 */
export async function interleaved(
  sides: readonly (Side | null)[],
  {
    count,
    repetitions,
    value,
  }: { readonly count: number; readonly repetitions: number; readonly value: (measured: Measured) => number },
): Promise<(number[] | undefined)[]> {
  const values = sides.map((side) => (side ? [] : undefined) as number[] | undefined)
  for (let i = -1; i < repetitions; i++)
    for (const [k, side] of sides.entries()) {
      const measured = await side?.work(count)
      if (measured && i >= 0) values[k]!.push(value(measured))
    }
  for (const side of sides) await side?.close()
  return values
}
