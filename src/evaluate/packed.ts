import type { Json, JsonObject, PartArray } from './part-file.ts'

/** A value as a part file holds it: JSON, and its typed arrays beside that. */
export interface Packed {
  readonly json: Json
  readonly arrays: Readonly<Record<string, PartArray>>
}

/**
 * Packs a value of objects, lists, typed arrays and what JSON holds; numbers may be infinite or NaN. The arrays get names that
 * begin with `prefix`.
 */
export function pack(prefix: string, value: unknown): Packed {
  const arrays: Record<string, PartArray> = {}
  const walk = (own: unknown, name: string): Json => {
    if (ArrayBuffer.isView(own)) {
      arrays[name] = own as PartArray
      return { $array: name }
    }
    if (typeof own === 'number' && !Number.isFinite(own)) return { $number: String(own) }
    if (Array.isArray(own)) return own.map((entry, i) => walk(entry, `${name}.${i}`))
    if (typeof own !== 'object' || own === null) return own as Json
    return Object.fromEntries(Object.entries(own).map(([key, entry]) => [key, walk(entry, `${name}.${key}`)]))
  }
  return { json: walk(value, prefix), arrays }
}

/** What `pack` packed. */
export function unpack<Value>({ json, arrays }: Packed): Value {
  const walk = (own: Json | undefined): unknown => {
    if (typeof own !== 'object' || own === null) return own
    if (Array.isArray(own)) return own.map(walk)
    const { $array, $number } = own as JsonObject
    if (typeof $array === 'string') return arrays[$array]
    if (typeof $number === 'string') return Number($number)
    return Object.fromEntries(Object.entries(own).map(([key, entry]) => [key, walk(entry)]))
  }
  return walk(json) as Value
}
