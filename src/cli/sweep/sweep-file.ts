import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { DataError, fileProblem, shown, UsageError } from '../../errors.ts'
import { nearest } from '../../math/nearest.ts'
import { readRecipe } from '../train/recipe.ts'

const name = z.string().regex(/^[A-Za-z0-9][\w.+-]*$/, 'expected letters, digits, ., +, - and _')
const scalar = z.union([z.string(), z.number(), z.boolean(), z.array(z.number())])
const settings = z.record(z.string(), z.unknown())
const whole = z.number().int().min(1)
const evaluation = z.strictObject({
  protocol: z.string(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  measures: z.array(z.string()).min(1).optional(),
})
const faces = z.strictObject({
  people: whole,
  imagesPerPerson: whole,
  firstPerson: z.number().int().min(0).default(0),
  seed: z.number().int().min(0).default(0),
  height: whole.max(1024).default(56),
  width: whole.max(1024).default(48),
  pairsPerFold: z.number().int().min(0).default(0),
})
const grid = z.record(name, z.array(z.union([scalar, z.record(z.string(), scalar)])).min(1))
const schemaOf = <Axes extends z.ZodType>(axes: Axes) =>
  z.strictObject({
    about: z.string().optional(),
    recipe: z.string().optional(),
    settings: settings.default({}),
    axes,
    evaluate: z.record(name, evaluation).default({}),
    faces: z.record(name, faces).default({}),
  })
/** Axes may be one grid, or several in a list; each kind has a schema, so that a message names the place. */
const schemas = { one: schemaOf(grid.transform((axes) => [axes])), several: schemaOf(z.array(grid).min(1)) }
type SweepContent = z.infer<typeof schemas.several>

/** What is evaluated after each run: `steradian evaluate PROTOCOL` with these options, and what of its result is tabled. */
export type SweepEvaluation = z.infer<typeof evaluation>

/** A crowd of synthetic faces that the sweep renders for itself. */
export type SweepFaces = z.infer<typeof faces>

/** A value on an axis: of the setting that the axis is named after, or several settings that go together. */
export type AxisValue = z.infer<typeof scalar> | Readonly<Record<string, z.infer<typeof scalar>>>

/** Settings and the values of each: every combination is a run. */
export type SweepGrid = Readonly<Record<string, readonly AxisValue[]>>

/** A sweep as its file describes it, with the recipe read and the places filled in. */
export interface Sweep {
  /** What all runs share: the recipe, and the file's own settings over it. */
  readonly recipe: Readonly<Record<string, unknown>>
  /** One grid of runs after another. */
  readonly grids: readonly SweepGrid[]
  readonly evaluate: Readonly<Record<string, SweepEvaluation>>
  readonly faces: Readonly<Record<string, SweepFaces>>
}

/**
 * Reads a sweep file, and the recipe that it names beside itself. A text `$name` in settings and evaluation options stands for
 * a place that `--data name=PATH` gives, so that a sweep names no folder of one machine; each crowd of `faces` gives the
 * places `$crowd` and `$crowdPairs`, below `folder`.
 * @throws DataError for a file that is no sweep, UsageError for a place that nobody gave
 */
export async function readSweep(
  path: string,
  { data, folder }: { readonly data: Readonly<Record<string, string>>; readonly folder: string },
): Promise<Sweep> {
  const sweep = checked(await readJson(path), path)
  const places: Record<string, string> = { ...data }
  for (const crowd of Object.keys(sweep.faces)) {
    places[crowd] ??= join(folder, crowd)
    places[`${crowd}Pairs`] ??= join(folder, `${crowd}.pairs.txt`)
  }
  const used = new Set<string>()
  const fill = <T>(value: T, where: string): T => {
    if (typeof value !== 'string' || !value.startsWith('$')) return value
    const place = value.slice(1)
    if (!Object.hasOwn(places, place))
      throw new UsageError(
        `${path}: ${where}: no place of this name, give --data ${place}=PATH, got ${value}`,
      )
    used.add(place)
    return places[place] as T & string
  }
  const filled = (values: Readonly<Record<string, unknown>>, where: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(value, `${where}.${key}`)]))
  const evaluate = Object.fromEntries(
    Object.entries(sweep.evaluate).map(([key, { options, ...rest }]) => [
      key,
      { ...rest, options: filled(options, `evaluate.${key}`) as SweepEvaluation['options'] },
    ]),
  )
  const recipe = sweep.recipe === undefined ? {} : await readRecipe(join(dirname(path), sweep.recipe))
  const all = overRecipe(recipe, filled(sweep.settings, 'settings'))
  for (const given of Object.keys(data))
    if (!used.has(given)) {
      const close = nearest(given, namesIn(sweep))
      throw new UsageError(
        `--data: ${path} has no place $${given}${close ? ` (did you mean ${close}?)` : ''}, got ${given}`,
      )
    }
  return { recipe: all, grids: sweep.axes, evaluate, faces: sweep.faces }
}

/** The settings of a sweep over those of its recipe; of one or the other of steps and epochs, images and list, its own counts. */
function overRecipe(
  recipe: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const below = { ...recipe }
  for (const [one, other] of [
    ['steps', 'epochs'],
    ['images', 'list'],
  ] as const) {
    if (own[one] !== undefined) delete below[other]
    if (own[other] !== undefined) delete below[one]
  }
  return { ...below, ...own }
}

const namesIn = (sweep: SweepContent): string[] =>
  Array.from(JSON.stringify(sweep).matchAll(/"\$(\w+)"/g), ([, found]) => found!)

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DataError(`${path}: sweep cannot be read, ${fileProblem(error)}`)
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DataError(`${path}: sweep is no JSON, ${(error as Error).message.replaceAll('\n', ' ')}`)
  }
}

function checked(value: unknown, path: string): SweepContent {
  const isList = typeof value === 'object' && value !== null && 'axes' in value && Array.isArray(value.axes)
  const result = schemas[isList ? 'several' : 'one'].safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const at = issue.path.join('.')
  const said = issue.message.toLowerCase().split('\n')[0]
  throw new DataError(`${path}: ${at ? `${at}: ` : ''}${said}, got ${valueAt(value, issue.path)}`)
}

/** What stands at a place of a file, as a message shows it. */
function valueAt(value: unknown, path: readonly PropertyKey[]): string {
  let there = value
  for (const key of path) there = (there as Record<PropertyKey, unknown> | undefined)?.[key]
  return shown(JSON.stringify(there), { longest: 60 })
}
