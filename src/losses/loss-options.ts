import { UsageError } from '../errors.ts'
import { nearest } from '../math/nearest.ts'

/** A setting of a loss, as a command line or a recipe names it. */
export type LossOption = {
  readonly name: string
  /** One line for a help text. */
  readonly doc: string
  /** What the paper or its release uses; null where it says nothing. */
  readonly published: number | string | boolean | null
} & (
  | {
      readonly kind: 'number'
      readonly default: number
      /** Values outside are refused. */
      readonly domain: NumberDomain
      /** The default where another option has that value: what its paper takes for that variant. */
      readonly under?: { readonly option: string; readonly is: OptionValue; readonly default: number }
    }
  | {
      readonly kind: 'choice'
      readonly default: number | string
      readonly choices: readonly (number | string)[]
    }
  | { readonly kind: 'boolean'; readonly default: boolean }
)

/** An interval, closed but for `open`, which leaves `min` out. */
export interface NumberDomain {
  readonly min: number
  readonly max?: number
  readonly open?: boolean
  readonly whole?: boolean
}

export type OptionValue = number | string | boolean

/** The domain of an option in words: `a number above 0`, `1, 2, 3 or 4`. */
export function domainText(option: LossOption): string {
  if (option.kind === 'boolean') return 'true or false'
  if (option.kind === 'choice') return `${option.choices.slice(0, -1).join(', ')} or ${option.choices.at(-1)}`
  const { min, max, open, whole } = option.domain
  const what = whole ? 'a whole number' : 'a number'
  if (max !== undefined) return `${what} ${open ? 'above' : 'from'} ${min} to ${max}`
  return open ? `${what} above ${min}` : `${what} not below ${min}`
}

/** The default of an option in words, with what it is under another one: `0.05, with plus true 0.0175`. */
export function defaultText(option: LossOption): string {
  if (option.kind !== 'number' || !option.under) return String(option.default)
  const { option: other, is, default: usual } = option.under
  return `${option.default}, with ${other} ${is} ${usual}`
}

/**
 * The value of every option: what is `given` (text as a command line has it is converted; null and undefined count as not
 * given) or else the default. `where` opens the messages. @throws UsageError for an unknown name or a value outside a domain
 */
export function resolveOptions(
  options: readonly LossOption[],
  given: Readonly<Record<string, unknown>>,
  { where }: { where: string },
): Record<string, OptionValue> {
  const names = options.map(({ name }) => name)
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw new UsageError(`${where}: ${unknown('option', name, names)}`)
  const read = (option: LossOption, usual: OptionValue): OptionValue => {
    const value = given[option.name] ?? usual
    const known = readValue(option, typeof value === 'string' ? value.trim() : value)
    if (known !== null) return known
    throw new UsageError(
      `${where}: ${option.name} must be ${domainText(option)}, got ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    )
  }
  const values: Record<string, OptionValue> = Object.fromEntries(
    options.map((option) => [option.name, read(option, option.default)]),
  )
  for (const option of options)
    if (option.kind === 'number' && option.under && values[option.under.option] === option.under.is)
      values[option.name] = read(option, option.under.default)
  return values
}

/** The end of a message about a name that is not among `names`: the nearest one, or all of them. */
export function unknown(kind: string, name: string, names: readonly string[]): string {
  const near = nearest(name, names)
  const hint = near ? `did you mean ${near}?` : `there are ${names.join(', ')};`
  return `unknown ${kind}, ${hint} got ${name}`
}

/** The value as the option's kind has it, or null where it is outside the domain. */
function readValue(option: LossOption, value: unknown): OptionValue | null {
  if (option.kind === 'boolean')
    return value === true || value === 'true' ? true : value === false || value === 'false' ? false : null
  if (option.kind === 'choice')
    return option.choices.find((choice) => String(choice) === String(value)) ?? null
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return null
  const { min, max = Number.POSITIVE_INFINITY, open = false, whole = false } = option.domain
  if (number < min || number > max || (open && number === min)) return null
  return whole && !Number.isInteger(number) ? null : number
}
