/** A number written with a point even where it is whole. */
export interface Real {
  readonly real: number
}

/** What the official tool's JSON files are made of; plain numbers are whole. */
export type OfficialJson = number | Real | readonly OfficialJson[] | { readonly [key: string]: OfficialJson }

/** Marks a number as one with a point. */
export const real = (value: number): Real => ({ real: value })

const RIGHT_MARGIN = 74

/**
 * JSON laid out as MegaFace's official tool does: a tab a level, keys in alphabetical order, a list on one line when it holds
 * no filled list or object and ends before column 74 by itself, and a line of nothing but tabs before a list or object that
 * stands in a list.
 */
export function officialJson(value: OfficialJson): string {
  return `${block(value, '')}\n`
}

/** A value after what stands on the line already. */
function block(value: OfficialJson, indent: string): string {
  const inner = `${indent}\t`
  if (Array.isArray(value)) {
    const line = oneLine(value)
    if (line !== null) return line
    const entries = value.map((entry) => `\n${inner}${block(entry, inner)}`)
    return `\n${indent}[${entries.join(',')}\n${indent}]`
  }
  if (isObject(value)) {
    const keys = Object.keys(value).sort()
    if (keys.length === 0) return '{}'
    const entries = keys.map((key) => `\n${inner}${JSON.stringify(key)} : ${block(value[key]!, inner)}`)
    return `\n${indent}{${entries.join(',')}\n${indent}}`
  }
  return scalar(value as number | Real)
}

const isObject = (value: OfficialJson): value is { readonly [key: string]: OfficialJson } =>
  typeof value === 'object' && !Array.isArray(value) && typeof (value as Partial<Real>).real !== 'number'

function oneLine(values: readonly OfficialJson[]): string | null {
  if (values.length === 0) return '[]'
  const isFilled = (value: OfficialJson): boolean =>
    Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0
  if (values.some(isFilled)) return null
  const line = `[ ${values.map((value) => block(value, '')).join(', ')} ]`
  return line.length >= RIGHT_MARGIN ? null : line
}

const scalar = (value: number | Real): string =>
  typeof value === 'number' ? String(value) : formatReal(value.real)

/**
 * A number as C's `%#.16g` writes it, less the zeros at its end but one: 16 digits, halves to even, an exponent below 1e-4 and
 * from 1e16 on.
 */
export function formatReal(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const sign = value < 0 ? '-' : ''
  const { digits, exponent } = rounded(Math.abs(value))
  if (exponent < -4 || exponent >= 16) {
    const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
    return `${sign}${digits[0]}.${digits.slice(1)}e${power}`
  }
  const all = exponent < 0 ? `${'0'.repeat(-exponent)}${digits}` : digits
  const point = Math.max(exponent, 0) + 1
  const fraction = all.slice(point)
  const kept = fraction.replace(/0+$/, '')
  return `${sign}${all.slice(0, point)}.${kept.length < fraction.length || kept === '' ? `${kept}0` : kept}`
}

/** A number's first 16 digits and the power of ten of the first one; exact halves go to the even digit, as in C. */
function rounded(value: number): { digits: string; exponent: number } {
  // A float32 has at most 112 digits, 100 are enough to tell a half from more.
  const [mantissa, power] = value.toExponential(100).split('e') as [string, string]
  const all = mantissa.replace('.', '')
  const rest = all.slice(16)
  const half = `5${'0'.repeat(rest.length - 1)}`
  let head = BigInt(all.slice(0, 16))
  if (rest > half || (rest === half && head % 2n === 1n)) head += 1n
  const digits = String(head)
  return { digits: digits.slice(0, 16), exponent: Number(power) + digits.length - 16 }
}
