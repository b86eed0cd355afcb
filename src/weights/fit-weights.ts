import { DataError } from '../errors.ts'
import { byNames, type Fit, type Target } from './by-names.ts'
import { inOrder } from './in-order.ts'
import { layouts } from './layouts.ts'
import type { WeightFile } from './weight-file.ts'

/** What people put before all names of a network. */
const prefixes = [
  '',
  'module.',
  'model.',
  'backbone.',
  'net.',
  'module.backbone.',
  'model.backbone.',
  'encoder.',
]

/** Problems that a message lists. */
const listed = 5

export interface FitOptions {
  /** Our name of the network. */
  readonly network: string
  /** Names of the file (or numbers) for our names, which go before any layout's; `ignore` are names of the file without a place. */
  readonly map?: Readonly<Record<string, string | number>>
  readonly ignore?: readonly string[]
}

/**
 * Finds where each of `targets` comes from in a file of weights: by the names of a layout that is known (the one that fits
 * best), or, where the names are of none, by shapes in order.
 * @throws DataError listing the first five that do not fit, and how many more there are
 */
export function fitWeights(
  file: WeightFile,
  targets: readonly Target[],
  { network, map = {}, ignore = [] }: FitOptions,
): Fit {
  const unknown = Object.keys(map).filter((name) => !targets.some((target) => target.name === name))
  if (unknown.length > 0) throw misfit(file.where, `has no tensor of that name in ${network}`, unknown)
  const fits = layouts
    .filter(({ networks }) => networks.test(network))
    .flatMap((layout) => prefixes.map((prefix) => byNames(file, targets, { layout, prefix, map, ignore })))
  const whole = fits.find(({ problems }) => problems.length === 0)
  if (whole) return whole
  const best = fits.reduce((a, b) =>
    b.found > a.found || (b.found === a.found && b.problems.length < a.problems.length) ? b : a,
  )
  // Names that are known by half, of ours or of the file's (a shallower network), leave no doubt whose they are.
  const isKnown = best.found > 0 && 2 * best.found >= Math.min(targets.length, file.tensors.size)
  const ordered = isKnown && !file.layers ? null : inOrder(file, targets)
  if (ordered && ordered.problems.length === 0) return ordered
  if (isKnown || !ordered)
    throw misfit(
      file.where,
      `does not fit ${network} by the names of ${best.by}${best.layout?.hint ? ` (${best.layout.hint})` : ''}`,
      best.problems,
    )
  throw misfit(
    file.where,
    `does not fit ${network}, neither by names that are known nor ${ordered.by}`,
    ordered.problems,
  )
}

function misfit(where: string, what: string, problems: readonly string[]): DataError {
  const more = problems.length > listed ? `; and ${problems.length - listed} more` : ''
  return new DataError(`${where}: ${what}: ${problems.slice(0, listed).join('; ')}${more}`)
}
