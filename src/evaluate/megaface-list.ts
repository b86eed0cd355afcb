import { DataError, shown } from '../errors.ts'

/** The probes of MegaFace: images of people with several images each. */
export interface MegafaceProbes {
  /** Each image, below the folder of images or features. */
  readonly paths: readonly string[]
  /** The person of each image, as the list names it. */
  readonly ids: readonly string[]
  /** The person of each image, numbered from 0 in the order of the list: [P]. */
  readonly labels: Int32Array
}

/** A list of distractors; `ids` only in challenge 2. */
export interface MegafaceDistractors {
  readonly paths: readonly string[]
  readonly ids?: readonly string[]
}

/**
 * Reads a probe list, `{"path": [...], "id": [...]}`.
 * @throws DataError `name: …` for anything else, for a path that is given twice or leads out of its folder, and when no
 * person has two images
 */
export function parseMegafaceProbes(text: string, { name = 'probes' } = {}): MegafaceProbes {
  const { paths, ids } = parseList(text, name)
  if (!ids) throw new DataError(`${name}: expected "id", the person of each path, got none`)
  const places = new Map<string, number>()
  for (const [i, path] of paths.entries()) {
    const before = places.get(path)
    if (before !== undefined)
      throw new DataError(`${name}: path ${i} is path ${before} again, got ${shown(path)}`)
    places.set(path, i)
  }
  const numbers = new Map<string, number>()
  const labels = Int32Array.from(ids, (id) => {
    const label = numbers.get(id) ?? numbers.size
    numbers.set(id, label)
    return label
  })
  if (numbers.size === ids.length)
    throw new DataError(`${name}: expected a person with two images or more, got ${ids.length} with one each`)
  return { paths, ids, labels }
}

/**
 * Reads a list of distractors, `{"path": [...]}` of challenge 1 or `{"path": [...], "id": [...]}` of challenge 2.
 * @throws DataError `name: …` for anything else, and when it has not `size` paths
 */
export function parseMegafaceDistractors(
  text: string,
  { name = 'distractors', size }: { readonly name?: string; readonly size?: number } = {},
): MegafaceDistractors {
  const list = parseList(text, name)
  if (size !== undefined && list.paths.length !== size)
    throw new DataError(`${name}: expected ${size} paths, got ${list.paths.length}`)
  return list
}

function parseList(text: string, name: string): MegafaceDistractors {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new DataError(`${name}: no JSON, ${jsonProblem(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DataError(`${name}: expected {"path": [...]}, got ${kindOf(value)}`)
  const { path, id } = value as { readonly path?: unknown; readonly id?: unknown }
  const paths = strings(path, 'path', name)
  for (const [i, text] of paths.entries())
    if (!staysBelow(text))
      throw new DataError(`${name}: path ${i} does not stay below its folder, got ${shown(text)}`)
  if (id === undefined) return { paths }
  const ids = strings(id, 'id', name)
  if (ids.length !== paths.length)
    throw new DataError(`${name}: expected an id for each of ${paths.length} paths, got ${ids.length}`)
  return { paths, ids }
}

function strings(value: unknown, key: string, name: string): readonly string[] {
  if (!Array.isArray(value)) throw new DataError(`${name}: expected a list "${key}", got ${kindOf(value)}`)
  if (value.length === 0) throw new DataError(`${name}: the list "${key}" is empty`)
  const wrong = value.findIndex((entry) => typeof entry !== 'string' || entry === '')
  if (wrong >= 0)
    throw new DataError(`${name}: expected text as ${key} ${wrong}, got ${kindOf(value[wrong])}`)
  return value as string[]
}

/** Whether a path is relative and goes up nowhere. */
const staysBelow = (path: string): boolean =>
  !/^[/\\]|^[A-Za-z]:|\0/.test(path) && !path.split(/[/\\]/).includes('..')

const kindOf = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? `a list of ${value.length}`
        : value === ''
          ? 'an empty text'
          : typeof value === 'string'
            ? 'a text'
            : typeof value === 'object'
              ? 'an object'
              : `${value}`

/** What JSON.parse found wrong, in one short line. */
export const jsonProblem = (error: unknown): string => shown((error as Error).message, { longest: 120 })
