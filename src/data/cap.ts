import { hash32 } from '../math/hash.ts'

/**
 * Which images to keep where each person may have at most `most`, by index: those whose names' hashes are smallest. So which
 * are kept depends on a person's own names alone, and a larger cap keeps all that a smaller one keeps.
 */
export function capped(
  images: readonly { readonly name: string; readonly person: string }[],
  most: number,
): ReadonlySet<number> {
  const byPerson = new Map<string, number[]>()
  for (const [i, { person }] of images.entries()) {
    const own = byPerson.get(person)
    if (own) own.push(i)
    else byPerson.set(person, [i])
  }
  const kept = new Set<number>()
  for (const own of byPerson.values()) {
    const hashes = new Map(own.length > most ? own.map((i) => [i, hash32(images[i]!.name)]) : [])
    if (own.length > most) own.sort((a, b) => hashes.get(a)! - hashes.get(b)! || a - b)
    for (const i of own.slice(0, most)) kept.add(i)
  }
  return kept
}
