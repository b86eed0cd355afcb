import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '../../errors.ts'
import { losses, lossNamed } from '../../losses/index.ts'
import { resolveRecipe } from '../train/recipe.ts'
import { defaults, type Recipe, settings } from '../train/recipe-settings.ts'
import type { AxisValue, Sweep } from './sweep-file.ts'

/** One run of a sweep. */
export interface SweepRun {
  /** The name of its folder: its place on every axis. */
  readonly name: string
  /** The row of the table that it belongs to: its place on every axis but the seed's. */
  readonly group: string
  readonly recipe: Recipe
}

type Point = Readonly<Record<string, unknown>>

/**
 * Every combination of a grid's values, its first axis the slowest, one grid after another, each resolved as
 * `steradian train` resolves a recipe. A value on an axis of a loss's option is left out for a loss that has no such option
 * (softmax has no margin), and runs that then come out equal are one run, of two grids too.
 * @throws UsageError for a setting outside its domain, where two runs that differ have one name, and where runs of one row
 * differ in more than their seed
 */
export function expandSweep({ recipe, grids }: Sweep, { where = 'sweep' } = {}): SweepRun[] {
  const runs = new Map<string, SweepRun>()
  const rows = new Map<string, Recipe>()
  for (const point of grids.flatMap((grid) => product(Object.entries(grid)))) {
    const chosen = Object.assign({}, ...point.map(({ values }) => values)) as Point
    const loss = lossNamed(String(chosen.loss ?? recipe.loss ?? defaults.loss))
    const applies = (key: string): boolean =>
      key in settings ||
      loss.options.some((option) => option.name === key) ||
      !losses.some(({ options }) => options.some((option) => option.name === key))
    const parts = point.flatMap(({ axis, values, label }) => {
      const own = Object.entries(values).filter(([key]) => applies(key))
      return own.length === 0 ? [] : [{ axis, label, values: Object.fromEntries(own) }]
    })
    const given = Object.assign({}, ...parts.map(({ values }) => values)) as Point
    const resolved = resolveRecipe(recipe, given, { where })
    const name = parts.map(({ label }) => label).join('-') || 'run'
    const before = runs.get(name)
    if (before && !isDeepStrictEqual(before.recipe, resolved))
      throw new UsageError(
        `${where}: two runs that differ have one name (give their values a name), got ${name}`,
      )
    const group = parts.flatMap(({ axis, label }) => (axis === 'seed' ? [] : [label])).join(' ') || 'run'
    const row = rows.get(group) ?? resolved
    if (!isDeepStrictEqual({ ...row, seed: 0 }, { ...resolved, seed: 0 }))
      throw new UsageError(
        `${where}: two runs of one row differ in more than their seed (give their values a name), got ${group}`,
      )
    rows.set(group, row)
    if (!before) runs.set(name, { name, group, recipe: resolved })
  }
  return [...runs.values()]
}

interface Place {
  readonly axis: string
  readonly label: string
  readonly values: Point
}

/** All combinations, the first axis the slowest. */
function product(axes: readonly (readonly [string, readonly AxisValue[]])[]): Place[][] {
  const [first, ...others] = axes
  if (!first) return [[]]
  const [axis, values] = first
  const rest = product(others)
  return values.flatMap((value) => rest.map((places) => [placeOf(axis, value), ...places]))
}

/** A value's settings, and what it is called: `lmcl`, `margin0.35`; several settings by their `name`, or by all of them. */
function placeOf(axis: string, value: AxisValue): Place {
  if (typeof value === 'object' && !Array.isArray(value)) {
    const { name, ...values } = value as Readonly<Record<string, unknown>>
    const parts = Object.entries(values).map(([key, part]) => labelOf(key, part))
    return { axis, label: name === undefined ? parts.join('-') : plain(String(name)), values }
  }
  return { axis, label: labelOf(axis, value), values: { [axis]: value } }
}

const labelOf = (key: string, value: unknown): string =>
  plain(typeof value === 'string' ? value : `${key}${String(value)}`)

/** A text that may name a folder everywhere. */
const plain = (text: string): string => text.replaceAll(/[^\w.+-]+/g, '_').replace(/^[.-]+/, '_')
