import { existsSync } from 'node:fs'
import { Command, type Option } from 'commander'
import { UsageError } from '../../errors.ts'
import { nearest } from '../../math/nearest.ts'
import { registerEvaluate } from '../evaluate.ts'
import type { SweepEvaluation } from './sweep-file.ts'

/** Options that a sweep gives itself. */
const own: ReadonlySet<string> = new Set(['model', 'out', 'json', 'threads'])

/**
 * The words of an evaluation, `evaluate PROTOCOL --option value …`, without its model and where its result goes. Looked at
 * before anything is trained: names of protocol and options, options that must be given, and files that must be there.
 * @throws UsageError
 */
export function evaluationWords(
  { protocol, options }: SweepEvaluation,
  {
    where,
    made = [],
    cache,
  }: {
    readonly where: string
    /** Places that need not be there yet. */
    readonly made?: readonly string[]
    /** Where embeddings are kept, unless the options say it. */
    readonly cache?: string
  },
): string[] {
  const program = new Command()
  registerEvaluate(program)
  const protocols = program.commands[0]!.commands
  const command = protocols.find((each) => each.name() === protocol || each.aliases().includes(protocol))
  if (!command) {
    const names = protocols.map((each) => each.name())
    throw new UsageError(`${where}: no protocol of this name${hint(protocol, names)}, got ${protocol}`)
  }
  const known = new Map(command.options.map((option) => [option.attributeName(), option]))
  const words = ['evaluate', protocol]
  for (const [key, value] of Object.entries(options)) {
    const option = known.get(key)
    if (own.has(key) || !option)
      throw new UsageError(
        own.has(key)
          ? `${where}: the sweep gives ${key} itself, got it in the file`
          : `${where}: ${protocol} has no such option${hint(key, [...known.keys()])}, got ${key}`,
      )
    words.push(...optionWords(option, value, { where, made }))
  }
  if (cache !== undefined && known.has('cache') && !('cache' in options)) words.push('--cache', cache)
  for (const [key, { mandatory }] of known)
    if (mandatory && !own.has(key) && !(key in options))
      throw new UsageError(`${where}: ${protocol} needs the option ${key}, got none`)
  return words
}

function optionWords(
  option: Option,
  value: string | number | boolean,
  { where, made }: { readonly where: string; readonly made: readonly string[] },
): string[] {
  const key = option.attributeName()
  const flag = option.long!.replace(/^--no-/, '--')
  const takesValue = /[<[]/.test(option.flags)
  if (typeof value === 'boolean') {
    if (value && takesValue) throw new UsageError(`${where}: ${key} takes a value, got true`)
    return value ? [flag] : takesValue || option.negate ? [flag.replace('--', '--no-')] : []
  }
  if (!takesValue) throw new UsageError(`${where}: ${key} is true or false, got ${JSON.stringify(value)}`)
  // What a cache will be made at need not be there.
  const isPlace = /<(file|folder)>/.test(option.flags) && key !== 'cache' && !made.includes(String(value))
  if (isPlace && !existsSync(String(value)))
    throw new UsageError(`${where}: ${key}: no such file or folder, got ${value}`)
  return [flag, String(value)]
}

const hint = (name: string, names: readonly string[]): string => {
  const close = nearest(name, names)
  return close ? ` (did you mean ${close}?)` : ''
}
