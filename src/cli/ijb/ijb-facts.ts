import {
  accepted,
  type Cmc,
  cmc,
  countedAuc,
  countedEer,
  countedTarAtFar,
  type GallerySearch,
  type IdentificationRates,
  identificationRates,
  type JoinedRates,
  meanRates,
  type PairCounts,
  searchesNeeded,
  type TemplateVerification,
  tarNearFar,
} from '../../evaluate/index.ts'
import type { Curve, EvaluationCurves } from '../evaluate/evaluation-curves.ts'

/** The false accept rates of the protocol. */
export const IJB_FARS: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]

/** Numbers by their rate as text; null where there is no such number. */
type Rates = Readonly<Record<string, number | null>>

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** What is said of 1:1; without genuine or without impostor pairs there are no rates. */
export interface IjbVerificationFacts {
  readonly pairs: number
  readonly missingPairs: number
  readonly genuinePairs: number
  readonly impostorPairs: number
  /** The largest TAR whose FAR is not greater; by the FAR as text, as those below. */
  readonly tarAtFar: Rates
  /** How many impostor pairs each accepts. */
  readonly falseAcceptsAtFar: Rates
  /** Null besides where no pair is accepted. */
  readonly thresholdAtFar: Rates
  /** TAR where FAR is nearest, as the public tools read it. */
  readonly tarNearFar: Rates
  readonly auc: number | null
  readonly eer: number | null
}

/** The numbers of 1:1, and their curves where there are pairs of both kinds. */
export function verificationFacts({ counts, bins, pairs, missingPairs }: TemplateVerification): {
  readonly facts: IjbVerificationFacts
  readonly curves: Pick<EvaluationCurves, 'roc' | 'det' | 'scores'>
} {
  const all = accepted(counts)
  const at = IJB_FARS.map((far) => countedTarAtFar(all, far))
  const byFar = (value: (i: number) => number) =>
    Object.fromEntries(IJB_FARS.map((far, i) => [String(far), orNull(value(i))]))
  const facts = {
    ...{ pairs, missingPairs, genuinePairs: all.genuines, impostorPairs: all.impostors },
    tarAtFar: byFar((i) => at[i]!.tar),
    falseAcceptsAtFar: byFar((i) => at[i]!.falseAccepts),
    thresholdAtFar: byFar((i) => at[i]!.threshold),
    tarNearFar: byFar((i) => tarNearFar(all, IJB_FARS[i]!)),
    ...{ auc: orNull(countedAuc(all)), eer: orNull(countedEer(all)) },
  }
  if (all.genuines === 0 || all.impostors === 0) return { facts, curves: {} }
  const x = all.falseAccepts.map((count) => count / all.impostors)
  const y = all.trueAccepts.map((count) => count / all.genuines)
  return {
    facts,
    curves: {
      roc: [{ name: '1:1', x, y }],
      det: [{ name: '1:1', x, y: all.trueAccepts.map((count) => (all.genuines - count) / all.genuines) }],
      scores: { genuine: genuineScores(counts), impostor: { low: -1, high: 1, counts: bins } },
    },
  }
}

/** The rates of 1:N; null where there are no mated searches, and for an FPIR that the non-mated searches do not carry. */
export type CarriedRates = { readonly [Name in keyof IdentificationRates]: Rates }

/** What is said of 1:N in one gallery. */
export interface IjbGalleryFacts extends CarriedRates {
  readonly gallery: string
  readonly people: number
  readonly templates: number
  readonly matedSearches: number
  readonly nonMatedSearches: number
  /** Searches that are left out because every template of their person is missing. */
  readonly searchesWithoutMate: number
  readonly missingTemplates: number
}

/** What is said of 1:N. */
export interface IjbIdentificationFacts {
  readonly galleries: readonly IjbGalleryFacts[]
  /** Null where a gallery's is. */
  readonly average: CarriedRates
  /** Both galleries at once as the public tools do; absent where they would stop. */
  readonly joined?: JoinedRates
}

/** The score of each genuine pair, rising. */
function genuineScores({ scores, genuine }: PairCounts): Float64Array {
  const all = new Float64Array(genuine.reduce((sum, count) => sum + count, 0))
  let end = 0
  for (const [k, score] of scores.entries()) all.fill(score, end, (end += genuine[k]!))
  return all
}

/** Leaves out what so many non-mated searches do not carry, by the rule of open-set identification. */
function carried(rates: IdentificationRates, nonMatedSearches: number): CarriedRates {
  const each = (values: Readonly<Record<string, number>>, isCarried: (key: string) => boolean): Rates =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, isCarried(key) ? orNull(value) : null]),
    )
  const atFpir = (fpir: string) => nonMatedSearches >= searchesNeeded(Number(fpir))
  return {
    top: each(rates.top, () => true),
    tpirAtFpir: each(rates.tpirAtFpir, atFpir),
    rank1TpirAtFpir: each(rates.rank1TpirAtFpir, atFpir),
  }
}

/** The numbers of 1:N, in each gallery and on average, and the CMC of each that has mated searches. */
export function identificationFacts(
  searches: readonly { readonly gallery: string; readonly search: GallerySearch }[],
  joined?: JoinedRates,
): {
  readonly facts: IjbIdentificationFacts
  readonly cmc: readonly Curve[]
} {
  const galleries = searches.map(({ gallery, search }) => ({
    ...{ gallery, people: search.people, templates: search.templates },
    ...{ matedSearches: search.ranks.length, nonMatedSearches: search.nonMatedScores.length },
    ...{ searchesWithoutMate: search.searchesWithoutMate, missingTemplates: search.missingTemplates },
    ...carried(identificationRates(search), search.nonMatedScores.length),
  }))
  const fewest = Math.min(...galleries.map(({ nonMatedSearches }) => nonMatedSearches))
  const average = carried(meanRates(searches.map(({ search }) => identificationRates(search))), fewest)
  return {
    facts: { galleries, average, ...(joined && { joined }) },
    cmc: searches.flatMap(({ gallery, search }) => {
      if (search.ranks.length === 0) return []
      const { rank, recall }: Cmc = cmc(search.ranks, { maxRank: Math.min(100, search.people) })
      return [{ name: gallery, x: rank, y: recall }]
    }),
  }
}

const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '-' : `${(100 * share).toFixed(2)} %`

/** The lines of 1:1 for the terminal. */
export function verificationTable(facts: IjbVerificationFacts): string[] {
  const { pairs, missingPairs, genuinePairs, impostorPairs, auc, eer } = facts
  const rows = IJB_FARS.map((far) => {
    const key = String(far)
    const accepts = facts.falseAcceptsAtFar[key] ?? null
    const beside = accepts === null ? '' : `  ${accepts} of ${impostorPairs} impostor pairs accepted`
    return `TAR at FAR ${far.toExponential().padEnd(6)}${percent(facts.tarAtFar[key]).padStart(9)}  ${percent(facts.tarNearFar[key]).padStart(9)}${beside}`
  })
  return [
    `1:1  ${pairs} pairs, ${genuinePairs} genuine and ${impostorPairs} impostor${missingPairs > 0 ? `, ${missingPairs} without a template` : ''}`,
    '                   at most  nearest',
    ...rows,
    `AUC  ${auc?.toFixed(6) ?? '-'}   EER  ${percent(eer)}`,
  ]
}

/** A column of the table of 1:N: its rates, and the non-mated searches that must carry them. */
interface Column {
  readonly name: string
  readonly rates: Partial<CarriedRates>
  readonly searches: number
}

/** The lines of 1:N for the terminal. */
export function identificationTable({ galleries, average, joined }: IjbIdentificationFacts): string[] {
  const searches = (some: typeof galleries) =>
    Math.min(...some.map(({ nonMatedSearches }) => nonMatedSearches))
  const columns: readonly Column[] = [
    ...galleries.map((rates) => ({ rates, name: rates.gallery, searches: searches([rates]) })),
    ...(galleries.length > 1 ? [{ rates: average, name: 'average', searches: searches(galleries) }] : []),
    ...(joined ? [{ rates: joined, name: 'joined', searches: Number.POSITIVE_INFINITY }] : []),
  ]
  const row = (label: string, needed: number, pick: (rates: Column['rates']) => number | null | undefined) =>
    [
      label.padEnd(26),
      ...columns.map(({ rates, searches }) =>
        (searches < needed && pick(rates) !== undefined ? 'n/a' : percent(pick(rates))).padStart(10),
      ),
      columns.some(({ searches }) => searches < needed) ? `  needs ${needed} searches` : '',
    ].join('')
  const fpirs = Object.keys(average.tpirAtFpir)
  return [
    ...galleries.map(
      ({ gallery, people, matedSearches, nonMatedSearches, searchesWithoutMate, missingTemplates }) =>
        `1:N  ${gallery}: ${people} people, ${matedSearches} mated and ${nonMatedSearches} non-mated searches${missingTemplates > 0 ? `, ${missingTemplates} templates missing, ${searchesWithoutMate} searches without a mate` : ''}`,
    ),
    ' '.repeat(26) + columns.map(({ name }) => name.padStart(10)).join(''),
    ...Object.keys(average.top).map((top) => row(`top-${top}`, 0, (rates) => rates.top?.[top])),
    ...fpirs.map((fpir) =>
      row(`TPIR at FPIR ${fpir}`, searchesNeeded(Number(fpir)), (rates) => rates.tpirAtFpir?.[fpir]),
    ),
    ...fpirs.map((fpir) =>
      row(
        `  at rank 1, FPIR ${fpir}`,
        searchesNeeded(Number(fpir)),
        (rates) => rates.rank1TpirAtFpir?.[fpir],
      ),
    ),
  ]
}
