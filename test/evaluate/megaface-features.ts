import { rng } from '../../src/math/rng.ts'

/**
 * Random probes of people and distractors. With `levels` each number is one of so few that many scores are equal; with 0 they
 * are normal, around a centre for each person.
 */
export function tiedFeatures({
  seed,
  people,
  images: [least, most],
  distractors,
  columns,
  levels,
}: {
  readonly seed: number
  readonly people: number
  readonly images: readonly [number, number]
  readonly distractors: number
  readonly columns: number
  readonly levels: number
}) {
  const random = rng(seed)
  const number = (): number =>
    levels > 0 ? (random.below(levels) - (levels - 1) / 2) / levels : random.normal()
  const row = (centre?: Float32Array): Float32Array =>
    Float32Array.from({ length: columns }, (_, k) =>
      centre && random.uniform() < 0.7
        ? levels > 0
          ? centre[k]!
          : centre[k]! + 0.3 * random.normal()
        : number(),
    )
  const probes: Float32Array[] = []
  const names: string[] = []
  for (let p = 0; p < people; p++) {
    const centre = row()
    const count = p === 0 ? most : least + random.below(most - least + 1)
    for (let i = 0; i < count; i++) {
      probes.push(row(centre))
      names.push(`Person_${p}`)
    }
  }
  return { columns, probes, people: names, distractors: Array.from({ length: distractors }, () => row()) }
}
