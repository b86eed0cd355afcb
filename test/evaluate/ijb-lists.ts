import { rng } from '../../src/math/rng.ts'

/** Lists of the layout of IJB-B and IJB-C, as texts, and features of their images. */
export interface IjbTexts {
  /** `face_tid_mid.txt` */
  readonly templates: string
  /** `name_5pts_score.txt` */
  readonly names: string
  /** `template_pair_label.txt` */
  readonly pairs: string
  /** Galleries G1 and G2 and the probes of 1:N, CSV. */
  readonly gallery1: string
  readonly gallery2: string
  readonly probes: string
  /** [images, dimensions], few different numbers, so that many scores tie. */
  readonly features: readonly (readonly number[])[]
}

export interface IjbTextsOptions {
  readonly people?: number
  /** Probe templates a person. */
  readonly probesEach?: number
  readonly dimensions?: number
}

/**
 * Draws lists: half of the people are in gallery 1, the others in gallery 2, one template each; everybody has probe
 * templates of stills and videos; every gallery template is paired with every probe template. Template numbers have gaps, and
 * images of a template do not all stand together.
 */
export function ijbTexts(
  seed: number,
  { people = 8, probesEach = 2, dimensions = 4 }: IjbTextsOptions = {},
): IjbTexts {
  const random = rng(seed)
  const images: { template: number; medium: number; person: number; name: string }[] = []
  const templates: { id: number; person: number; gallery: boolean }[] = []
  for (let person = 0; person < people; person++)
    for (let t = 0; t <= probesEach; t++) {
      const id = 3 * templates.length + 7
      templates.push({ id, person, gallery: t === 0 })
      const media = 1 + random.below(3)
      for (let m = 0; m < media; m++) {
        const medium = 50_000 - 10 * id - m
        const frames = random.below(2) === 0 ? 1 : 1 + random.below(4)
        for (let f = 0; f < frames; f++) images.push({ template: id, medium, person, name: '' })
      }
    }
  for (let i = images.length - 1; i > 0; i--) {
    // Only some change places, and not far.
    const j = Math.max(0, i - random.below(3))
    ;[images[i], images[j]] = [images[j]!, images[i]!]
  }
  for (const [i, image] of images.entries()) image.name = `${i + 1}.jpg`
  const centres = Array.from({ length: people }, () =>
    Array.from({ length: dimensions }, () => random.below(5) - 2),
  )
  const features = images.map(({ person }): number[] => {
    const feature = centres[person]!.map((value) => value + random.below(3) - 1)
    if (!feature.some((value) => value !== 0)) feature[0] = 1
    return feature
  })
  const point = () => (20 + 80 * random.uniform()).toFixed(3)
  const gallery = templates.filter((template) => template.gallery)
  const probes = templates.filter((template) => !template.gallery)
  const csv = (some: typeof templates, columns: string) => {
    const lines = some.flatMap(({ id, person }) =>
      images
        .filter(({ template }) => template === id)
        .map(({ name, medium }) =>
          columns === 'C'
            ? `${id},${person + 100},img/${name},${medium},1.5,2`
            : `frames/${name},${medium},${person + 100},${id}`,
        ),
    )
    const header =
      columns === 'C'
        ? 'TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID,FACE_X,FACE_Y'
        : 'FILENAME,SIGHTING_ID,SUBJECT_ID,TEMPLATE_ID'
    return `${[header, ...lines].join('\n')}\n`
  }
  const text = (lines: readonly string[]) => `${lines.join('\n')}\n`
  return {
    templates: text(images.map(({ name, template, medium }) => `${name} ${template} ${medium}`)),
    names: text(
      images.map(
        ({ name }) =>
          `${name} ${Array.from({ length: 10 }, point).join(' ')} ${(0.5 + random.below(5) / 10).toFixed(1)}`,
      ),
    ),
    pairs: text(
      gallery.flatMap((g) => probes.map((p) => `${g.id} ${p.id} ${g.person === p.person ? 1 : 0}`)),
    ),
    gallery1: csv(gallery.slice(0, Math.ceil(people / 2)), 'C'),
    gallery2: csv(gallery.slice(Math.ceil(people / 2)), 'B'),
    probes: csv(probes, 'C'),
    features,
  }
}

/** The bytes of a text in pieces of `size` bytes. */
export function* pieces(text: string | Uint8Array, size = 64): Generator<Uint8Array> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}
