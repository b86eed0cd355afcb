/** The decades from `least` to `most`, both among them where they are powers of ten. */
export function decades(least: number, most = 1): number[] {
  const powers: number[] = []
  const last = Math.floor(Math.log10(most) + 1e-9)
  for (let power = Math.ceil(Math.log10(least) - 1e-9); power <= last; power++)
    powers.push(Number(`1e${power}`))
  return powers
}

/** The power of ten at or below the smallest positive of the values, within `least` and `most`; `most` without any. */
export function decadeBelow(
  values: Iterable<ArrayLike<number>>,
  { least = 1e-6, most = 0.1 }: { readonly least?: number; readonly most?: number } = {},
): number {
  let smallest = most
  for (const list of values)
    for (let i = 0; i < list.length; i++) if (list[i]! > 0 && list[i]! < smallest) smallest = list[i]!
  return Math.max(least, Number(`1e${Math.floor(Math.log10(smallest) + 1e-9)}`))
}

/** A decade as an axis writes it: `0.001`, and `1e-5` where that is shorter. */
export function decadeText(value: number): string {
  return value < 1e-3 ? value.toExponential(0) : String(value)
}
