/**
 * Reads a list of mislabelled images: one a line, as a path or the last parts of one; where a line has tabs, the last field
 * counts. Blank lines and lines that begin with `#` are skipped.
 */
export function parseNoise(text: string): readonly string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t').at(-1)!.trim())
}

/** Which paths a list of mislabelled images names. */
export interface Noise {
  /** 1 for each path named, [N]. */
  readonly named: Uint8Array
  readonly images: number
  /** Lines that name no path here. */
  readonly unmatched: number
}

/**
 * Marks the paths that the lines name: one must end as the other, part by part. The kind of file does not count, nor
 * whether a space or `_` stands between words: FaceScrub's two lists differ in both.
 */
export function findNoise(paths: readonly string[], lines: readonly string[]): Noise {
  const keys = paths.map(keyOf)
  const byName = new Map<string, number[]>()
  for (const [i, key] of keys.entries()) {
    const name = key.slice(key.lastIndexOf('/') + 1)
    const same = byName.get(name)
    if (same) same.push(i)
    else byName.set(name, [i])
  }
  const named = new Uint8Array(paths.length)
  let unmatched = 0
  for (const line of lines) {
    const key = keyOf(line)
    const found = (byName.get(key.slice(key.lastIndexOf('/') + 1)) ?? []).filter(
      (i) => `/${keys[i]}`.endsWith(`/${key}`) || `/${key}`.endsWith(`/${keys[i]}`),
    )
    if (found.length === 0) unmatched++
    for (const i of found) named[i] = 1
  }
  return { named, images: named.reduce((n, value) => n + value, 0), unmatched }
}

const keyOf = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '')
    .replace(/\.(jpe?g|png|bmp|webp)$/i, '')
    .replaceAll(' ', '_')
