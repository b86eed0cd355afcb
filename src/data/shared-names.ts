/** Two names of what may be one person. */
export interface SharedName {
  readonly here: string
  readonly there: string
}

/**
 * People of two lists by name: those whose names are equal but for case, accents, and what stands between words
 * (`José Díaz`, `Jose_Diaz`).
 */
export function sharedNames(here: readonly string[], there: readonly string[]): SharedName[] {
  const known = new Map<string, string>()
  for (const name of there) known.set(plain(name), name)
  return here.flatMap((name) => {
    const other = known.get(plain(name))
    return other === undefined ? [] : [{ here: name, there: other }]
  })
}

const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
