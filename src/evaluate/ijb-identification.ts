import { DataError } from '../errors.ts'
import { dotRows, type Matrix } from '../math/matrix.ts'
import type { SearchList } from './ijb-search-list.ts'
import { tpirAtFpir } from './open-set-rates.ts'
import type { Templates } from './templates.ts'

/** What searching probes in a gallery found. */
export interface GallerySearch {
  /** Of each probe whose person is in the gallery: how many other people score at least as high, from 0: a tie is against the mate. */
  readonly ranks: Int32Array
  /** The score of the same probes' own person. */
  readonly mateScores: Float64Array
  /** The best score of each probe whose person the list of the gallery does not name. */
  readonly nonMatedScores: Float64Array
  /** Probes whose person is in the gallery by templates that are all missing: neither mated nor strangers, they are left out. */
  readonly searchesWithoutMate: number
  /** People and templates in the gallery. */
  readonly people: number
  readonly templates: number
  /** Templates of gallery and probes that are missing; they are not searched. */
  readonly missingTemplates: number
}

/**
 * Searches each probe among the people of a gallery; the score is the dot product of the templates' features in float64, and
 * a person with several templates scores with the best. Ties are against the mate, so that a model which maps everybody to one
 * point finds nobody. `onProgress` is called now and then with the number of probes done,
 * and what it returns is awaited.
 * @throws DataError when the gallery holds nobody or no probe is left
 */
export async function searchGallery(
  { features, missing }: Templates,
  gallery: SearchList,
  probes: SearchList,
  { where = 'gallery', onProgress }: SearchGalleryOptions = {},
): Promise<GallerySearch> {
  const [shelf, searches] = [gallery, probes].map((list) => present(list, missing)) as [Present, Present]
  if (shelf.rows.length === 0) throw new DataError(`${where}: expected a template with images, got none`)
  if (searches.rows.length === 0) throw new DataError(`probes: expected a template with images, got none`)
  // A missing template makes nobody a stranger: the whole list says who is in the gallery.
  const enrolled = new Set(gallery.people)
  const personOf = new Map<string, number>()
  const personOfShelf = Int32Array.from(shelf.people, (person) => {
    const known = personOf.get(person) ?? personOf.size
    personOf.set(person, known)
    return known
  })
  const ofTemplates = new Float64Array(shelf.rows.length)
  const scores = new Float64Array(personOf.size)
  const ranks: number[] = []
  const mateScores: number[] = []
  const nonMatedScores: number[] = []
  let searchesWithoutMate = 0
  for (let i = 0; i < searches.rows.length; i++) {
    if (i % 64 === 0) await onProgress?.(i)
    const mate = personOf.get(searches.people[i]!)
    if (mate === undefined && enrolled.has(searches.people[i]!)) {
      searchesWithoutMate++
      continue
    }
    scoreWithAll(features, searches.rows[i]!, shelf.rows, ofTemplates)
    scores.fill(Number.NEGATIVE_INFINITY)
    for (const [g, person] of personOfShelf.entries())
      if (ofTemplates[g]! > scores[person]!) scores[person] = ofTemplates[g]!
    if (mate === undefined) {
      nonMatedScores.push(scores.reduce((a, b) => Math.max(a, b)))
      continue
    }
    const own = scores[mate]!
    let above = 0
    for (let person = 0; person < scores.length; person++)
      if (person !== mate && scores[person]! >= own) above++
    ranks.push(above)
    mateScores.push(own)
  }
  await onProgress?.(searches.rows.length)
  return {
    ranks: Int32Array.from(ranks),
    mateScores: Float64Array.from(mateScores),
    nonMatedScores: Float64Array.from(nonMatedScores),
    searchesWithoutMate,
    people: personOf.size,
    templates: shelf.rows.length,
    missingTemplates: shelf.missing + searches.missing,
  }
}

export interface SearchGalleryOptions {
  /** What errors call the gallery. */
  readonly where?: string
  readonly onProgress?: (probes: number) => void | Promise<void>
}

interface Present extends SearchList {
  readonly missing: number
}

function present({ rows, people }: SearchList, missing: Uint8Array): Present {
  const left = Array.from(rows.keys()).filter((i) => !missing[rows[i]!])
  return {
    rows: Int32Array.from(left, (i) => rows[i]!),
    people: left.map((i) => people[i]!),
    missing: rows.length - left.length,
  }
}

/**
 * Writes the dot products of row `row` with the `others` into `scores`, four at a time: each sum stays in index order, and the
 * four do not wait for each other.
 */
export function scoreWithAll(features: Matrix, row: number, others: Int32Array, scores: Float64Array): void {
  const { data, columns } = features
  const p = row * columns
  let g = 0
  for (; g + 4 <= others.length; g += 4) {
    const q0 = others[g]! * columns
    const q1 = others[g + 1]! * columns
    const q2 = others[g + 2]! * columns
    const q3 = others[g + 3]! * columns
    let [s0, s1, s2, s3] = [0, 0, 0, 0]
    for (let k = 0; k < columns; k++) {
      const a = data[p + k]!
      s0 += a * data[q0 + k]!
      s1 += a * data[q1 + k]!
      s2 += a * data[q2 + k]!
      s3 += a * data[q3 + k]!
    }
    scores[g] = s0
    scores[g + 1] = s1
    scores[g + 2] = s2
    scores[g + 3] = s3
  }
  for (; g < others.length; g++) scores[g] = dotRows(features, row, features, others[g]!)
}

/** Identification in one gallery, or the mean over several. */
export interface IdentificationRates {
  /** The share of mated searches whose mate is among the best 1, 5, 10: NaN without mated searches. */
  readonly top: Readonly<Record<string, number>>
  /**
   * The largest share of mated searches whose mate scores at or above a threshold, at whatever rank, among the thresholds at
   * which no more than this share of the non-mated searches returns anyone; NaN without either kind of search.
   */
  readonly tpirAtFpir: Readonly<Record<string, number>>
  /** The same, of mates that are at rank 1 besides. */
  readonly rank1TpirAtFpir: Readonly<Record<string, number>>
}

/** The rates of a search. Only non-mated searches set thresholds. */
export function identificationRates(
  { ranks, mateScores, nonMatedScores }: Pick<GallerySearch, 'ranks' | 'mateScores' | 'nonMatedScores'>,
  { tops = [1, 5, 10] as readonly number[], fpirs = [0.01, 0.1] as readonly number[] } = {},
): IdentificationRates {
  const mated = { scores: mateScores, ranks }
  const tpir = (rank: number) =>
    Object.fromEntries(fpirs.map((fpir) => [String(fpir), tpirAtFpir(mated, nonMatedScores, fpir, { rank })]))
  return {
    top: Object.fromEntries(
      tops.map((top) => [String(top), ranks.reduce((n, rank) => n + (rank < top ? 1 : 0), 0) / ranks.length]),
    ),
    tpirAtFpir: tpir(Number.POSITIVE_INFINITY),
    rank1TpirAtFpir: tpir(1),
  }
}

/** The mean of the galleries' rates. */
export function meanRates(all: readonly IdentificationRates[]): IdentificationRates {
  const average = (pick: (rates: IdentificationRates) => Readonly<Record<string, number>>) =>
    Object.fromEntries(
      Object.keys(all[0] ? pick(all[0]) : {}).map((key) => [
        key,
        all.reduce((total, rates) => total + pick(rates)[key]!, 0) / all.length,
      ]),
    )
  return {
    top: average(({ top }) => top),
    tpirAtFpir: average(({ tpirAtFpir }) => tpirAtFpir),
    rank1TpirAtFpir: average(({ rank1TpirAtFpir }) => rank1TpirAtFpir),
  }
}
