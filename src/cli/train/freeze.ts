import { UsageError } from '../../errors.ts'
import { input, topologicalOrder } from '../../graph/index.ts'
import { nearest } from '../../math/nearest.ts'
import { rng } from '../../math/rng.ts'
import { type Backbone, type NetworkInput, networkInput } from '../../train/index.ts'

/** Names of a network's parameters, in the order in which pixels meet them. */
export const parameterNames = (backbone: Backbone, sizes: NetworkInput): string[] =>
  parametersOf(backbone, sizes).map(({ name }) => name)

/** Names of those whose first values are drawn, not one number for all of them. */
export const drawnNames = (backbone: Backbone, sizes: NetworkInput): string[] =>
  parametersOf(backbone, sizes).flatMap(({ name, init }) => {
    const [first, second] = init(rng(0), [2])
    return first === second ? [] : [name]
  })

function parametersOf(backbone: Backbone, sizes: NetworkInput) {
  const { seen } = networkInput(1, sizes)
  return topologicalOrder([backbone(input('x', seen.shape))]).flatMap(({ leaf }) =>
    leaf?.kind === 'parameter' ? [leaf] : [],
  )
}

/**
 * What stays as it is, by the setting `freeze`: names of parameters, or of what they belong to, with commas between;
 * `backbone` for all of the network, `..stage3` for all up to and with stage3. Told by name of a parameter or of a layer; a
 * layer is frozen with all of its parameters, and one without any with what it belongs to.
 * @throws UsageError for a name that no parameter of the network has
 */
export function frozenNames(freeze: string, names: readonly string[]): (name: string) => boolean {
  const frozen = new Set(freeze.split(',').flatMap((part) => namesOf(part.trim(), names)))
  const isFrozen = (name: string): boolean => {
    if (name === '') return frozen.size === names.length
    const own = names.filter((each) => isWithin(each, name))
    if (own.length > 0) return own.every((each) => frozen.has(each))
    return isFrozen(name.split('.').slice(0, -1).join('.'))
  }
  // Of the head nothing is frozen.
  return (name) => !name.startsWith('head.') && isFrozen(name)
}

const isWithin = (name: string, part: string): boolean => name === part || name.startsWith(`${part}.`)

function namesOf(part: string, names: readonly string[]): readonly string[] {
  if (part === 'backbone') return names
  const wanted = part.replace(/^\.\./, '')
  const last = names.findLastIndex((name) => isWithin(name, wanted))
  if (last < 0) {
    const parts = new Set(
      names.flatMap((name) => name.split('.').map((_, i, all) => all.slice(0, i + 1).join('.'))),
    )
    const close = nearest(wanted, ['backbone', ...parts])
    const first = [...new Set(names.map((name) => name.split('.')[0]))].join(', ')
    throw new UsageError(
      `train: freeze: the network has backbone, ${first} and what is in them${close ? ` (did you mean ${close}?)` : ''}, got ${part || 'an empty name'}`,
    )
  }
  return part === wanted ? names.filter((name) => isWithin(name, wanted)) : names.slice(0, last + 1)
}
