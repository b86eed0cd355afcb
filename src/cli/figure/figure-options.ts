import { UsageError } from '../../errors.ts'

/** Reads a number of an option within `least` … `most`. @throws UsageError */
export function numberOption(
  name: string,
  least: number,
  most: number,
  { whole = false } = {},
): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      throw new UsageError(
        `--${name}: expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}, got ${text}`,
      )
    return value
  }
}
