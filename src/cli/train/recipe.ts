import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import { type LossEntry, losses, lossNamed } from '../../losses/index.ts'
import { nearest } from '../../math/nearest.ts'
import { checkNetwork, usualNetwork } from './network-settings.ts'
import { defaults, type Recipe, type Settings, settings } from './recipe-settings.ts'
import { checkVectors } from './vector-set.ts'

export type { Recipe } from './recipe-settings.ts'

/**
 * Reads a recipe file: the names of the command line's options in JSON, and `perLoss`, options that hold for one loss only.
 * @throws DataError naming file and value
 */
export async function readRecipe(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DataError(`${path}: recipe cannot be read, ${fileProblem(error)}`)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new DataError(`${path}: recipe is no JSON, ${(error as Error).message.replaceAll('\n', ' ')}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DataError(`${path}: recipe must be an object, got ${JSON.stringify(value)?.slice(0, 40)}`)
  return value as Record<string, unknown>
}

/**
 * Decides every setting: defaults, then `base`, then the recipe, then what the recipe says of this loss (`perLoss`), then
 * `given`. A recipe that was resolved, with its `lossOptions`, may be the recipe or the base of another.
 * @throws UsageError for an unknown name (with the nearest) or a value outside its domain
 */
export function resolveRecipe(
  recipe: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
  { where = 'recipe', base = {} }: { where?: string; base?: Readonly<Record<string, unknown>> } = {},
): Recipe {
  const { perLoss = {}, lossOptions: ofSaved = {}, ...common } = recipe
  const { lossOptions: ofBase = {}, ...below } = base
  const loss = lossNamed(String(given.loss ?? common.loss ?? below.loss ?? defaults.loss))
  const special = Object.entries(object(perLoss, `${where}: perLoss`)).map(([name, values]) => {
    const at = `${where}: perLoss.${name}`
    const entry = lossNamed(name)
    for (const key of Object.keys(object(values, at)))
      if (!isOption(key, entry)) throw noOption(at, key, entry)
    return entry === loss ? object(values, at) : {}
  })
  const layers = [
    below,
    object(ofBase, `${where}: lossOptions`),
    common,
    object(ofSaved, `${where}: lossOptions`),
    ...special,
    given,
  ]
  const chosen = layers.reduce((before, layer) => overlaid(before, layer, where), {})
  const run: Partial<Settings> = {}
  const lossOptions: Record<string, unknown> = {}
  for (const [key, value] of Object.entries({ ...chosen, loss: loss.name })) {
    if (!isOption(key, loss)) throw noOption(where, key, loss)
    if (isSetting(key)) put(run, key, checked(where, key, value))
    else lossOptions[key] = value
  }
  const { describe } = loss.build(lossOptions)
  const { loss: _, ...resolved } = describe
  const { epochs, ...usual } = defaults
  const decided = {
    ...usual,
    ...usualNetwork(run.architecture ?? usual.architecture),
    ...(!('steps' in chosen) && { epochs }),
    ...run,
    lossOptions: withBooleans(resolved),
  }
  checkNetwork(where, decided)
  checkVectors(where, decided)
  return decided
}

const put = <K extends keyof Settings>(run: Partial<Settings>, key: K, value: Settings[K]): void => {
  run[key] = value
}

/** Settings of which a run has one or the other. */
const alternatives = [
  ['steps', 'epochs'],
  ['images', 'list'],
  ['images', 'records'],
  ['list', 'records'],
  ['images', 'vectors'],
  ['list', 'vectors'],
  ['records', 'vectors'],
] as const

/** A layer of settings over those before it; one of two alternatives takes the other's place. */
function overlaid(
  before: Readonly<Record<string, unknown>>,
  layer: Readonly<Record<string, unknown>>,
  where: string,
): Record<string, unknown> {
  const below = { ...before }
  for (const [one, other] of alternatives) {
    if (layer[one] !== undefined && layer[other] !== undefined)
      throw new UsageError(`${where}: expected ${one} or ${other}, got both`)
    if (layer[one] !== undefined) delete below[other]
    if (layer[other] !== undefined) delete below[one]
  }
  return { ...below, ...layer }
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${where} must be an object, got ${JSON.stringify(value)}`)
  return value as Record<string, unknown>
}

const isSetting = (key: string): key is keyof Settings => key in settings

const isOption = (key: string, { options }: LossEntry): boolean =>
  isSetting(key) || options.some(({ name }) => name === key)

/** What to say of a name that is no setting, or one of other losses. */
function noOption(where: string, key: string, loss: LossEntry): UsageError {
  const owners = losses.filter(({ options }) => options.some(({ name }) => name === key))
  if (owners.length > 0)
    return new UsageError(
      `${where}: ${key} is an option of ${few(owners.map(({ name }) => name))}, got it for ${loss.name}`,
    )
  const names = [...Object.keys(settings), ...loss.options.map(({ name }) => name)]
  return new UsageError(`${where}: unknown option${hint(key, names)}, got ${key}`)
}

/** Names in a row, the first few of many. */
const few = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} other losses` : names.join(', ')

/** The schemas, each known to give its own setting's type. */
const schemas: { readonly [K in keyof Settings]: z.ZodType<Settings[K]> } = settings

function checked<K extends keyof Settings>(where: string, key: K, value: unknown): Settings[K] {
  const schema = schemas[key]
  const result = schema.safeParse(value)
  if (result.success) return result.data
  if (schema instanceof z.ZodEnum) {
    const names = schema.options.map(String)
    throw new UsageError(
      `${where}: ${key} must be one of ${names.join(', ')}${hint(String(value), names)}, got ${value}`,
    )
  }
  const [issue] = result.error.issues
  throw new UsageError(
    `${where}: ${key}: ${issue?.message.toLowerCase() ?? 'refused'}, got ${JSON.stringify(value)}`,
  )
}

const hint = (name: string, names: Iterable<string>): string => {
  const close = nearest(name, [...names])
  return close ? ` (did you mean ${close}?)` : ''
}

/** Loss options as they were before they were described: true and false are booleans again. */
const withBooleans = (options: Readonly<Record<string, number | string>>) =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      value === 'true' ? true : value === 'false' ? false : value,
    ]),
  )
