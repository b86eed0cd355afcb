/** MegaFace's classes of training sets: fewer than 500,000 images are small. */
export const trainingClass = (images: number): 'small' | 'large' => (images < 500_000 ? 'small' : 'large')

/** What a training list says of the people whom the probes show. */
export interface TrainingOverlap {
  /** The probes' people whom the list names, as the probe list writes them; null where their ids are numbers, which name nobody. */
  readonly shared: readonly string[] | null
  /** Lines that are no comment. */
  readonly lines: number
  /** Lines that name an image. */
  readonly images: number
}

/**
 * Looks for the probes' people in a training list. A line is a person, a path `…/person/image`, or either with a label
 * after it; each folder of a path is taken as a name, and so are the words before the number of an image's name. Names are
 * compared without case, accents, spaces and marks, so that `Aaron_Eckhart` is `aaron eckhart`.
 */
export function trainingOverlap(text: string, ids: readonly string[]): TrainingOverlap {
  const people = new Map<string, string>()
  for (const id of ids) if (/\p{L}/u.test(id)) people.set(nameKey(id), id)
  const shared = new Set<string>()
  let [lines, images] = [0, 0]
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    lines++
    if (/\.(jpe?g|png|bmp|webp)\b/i.test(line)) images++
    for (const name of namesIn(line)) {
      const id = people.get(nameKey(name))
      if (id !== undefined) shared.add(id)
    }
  }
  return { shared: people.size === 0 ? null : [...shared].sort(), lines, images }
}

function namesIn(line: string): string[] {
  const fields = line.split(/[\t,;]/)
  // A label may follow after a space; without it the rest is the name.
  const texts = [...fields, ...fields.map((field) => field.trim().replace(/\s+-?\d+$/, ''))]
  return texts.flatMap((text) =>
    text
      .split(/[/\\]/)
      .flatMap((part) => [part, part.replace(/\.(jpe?g|png|bmp|webp)$/i, '').replace(/[\s_-]*\d+$/, '')]),
  )
}

const nameKey = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
