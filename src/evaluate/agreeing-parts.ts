import { DataError, shown } from '../errors.ts'
import type { Json, JsonObject, Part } from './part-file.ts'

/** A part and the name of its file. */
export interface NamedPart {
  readonly name: string
  readonly part: Part
}

/**
 * The parts of one run in the order of their shards.
 * @throws DataError when they are of other protocols, lists, features or settings, or when a shard is missing or is given twice
 */
export function agreeingParts(parts: readonly NamedPart[]): readonly NamedPart[] {
  const [first] = parts
  if (!first) throw new DataError('merge: expected parts, got none')
  const { protocol, run, shard } = first.part
  const seen = new Map<number, string>()
  for (const { name, part } of parts) {
    if (part.protocol !== protocol)
      throw new DataError(`${name}: expected a part of ${protocol} as ${first.name}, got ${part.protocol}`)
    if (part.shard.count !== shard.count)
      throw new DataError(
        `${name}: expected one of ${shard.count} shards as ${first.name}, got one of ${part.shard.count}`,
      )
    const other = difference(run, part.run)
    if (other)
      throw new DataError(
        `${name}: expected ${other.key} ${json(other.a)} as ${first.name}, got ${json(other.b)}`,
      )
    const before = seen.get(part.shard.index)
    if (before !== undefined)
      throw new DataError(`${name}: shard ${part.shard.index}/${shard.count} is given already, got ${before}`)
    seen.set(part.shard.index, name)
  }
  const absent = Array.from({ length: shard.count }, (_, i) => i + 1).filter((index) => !seen.has(index))
  if (absent.length > 0)
    throw new DataError(
      `merge: expected ${shard.count} shards, missing ${absent.slice(0, 10).join(', ')}${absent.length > 10 ? ', …' : ''}`,
    )
  return parts.toSorted((a, b) => a.part.shard.index - b.part.shard.index)
}

const json = (value: Json | undefined): string => shown(JSON.stringify(value))

const isObject = (value: Json | undefined): value is JsonObject | readonly Json[] =>
  typeof value === 'object' && value !== null

/**
 * The first place at which two values differ. A file with a SHA-256 is known by that: where it lies, and what it is called, is
 * each machine's own matter.
 */
function difference(
  a: Json | undefined,
  b: Json | undefined,
  key = '',
): { readonly key: string; readonly a: Json | undefined; readonly b: Json | undefined } | undefined {
  if (!isObject(a) || !isObject(b)) return Object.is(a, b) ? undefined : { key: key || 'settings', a, b }
  const [left, right] = [a as JsonObject, b as JsonObject]
  const isHashed = typeof left.sha256 === 'string' && typeof right.sha256 === 'string'
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (isHashed && name === 'file') continue
    const found = difference(left[name], right[name], key ? `${key}.${name}` : name)
    if (found) return found
  }
  return undefined
}
