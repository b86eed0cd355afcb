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
  type TemplateVerification,
  tarNearFar,
} from '../evaluate/index.ts'
import type { Curve, ScoreCurve } from './evaluation-curves.ts'

/** The false accept rates of the protocol. */
export const IJB_FARS: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]

/** What is said of 1:1. */
export interface IjbVerificationFacts {
  readonly pairs: number
  readonly missingPairs: number
  readonly genuinePairs: number
  readonly impostorPairs: number
  /** The largest TAR whose FAR is not greater; by the FAR as text, as those below. */
  readonly tarAtFar: Readonly<Record<string, number>>
  /** How many impostor pairs each accepts. */
  readonly falseAcceptsAtFar: Readonly<Record<string, number>>
  readonly thresholdAtFar: Readonly<Record<string, number>>
  /** TAR where FAR is nearest, as the public tools read it. */
  readonly tarNearFar: Readonly<Record<string, number>>
  readonly auc: number
  readonly eer: number
}

/** The numbers of 1:1, and their curves. */
export function verificationFacts({ counts, bins, pairs, missingPairs }: TemplateVerification): {
  readonly facts: IjbVerificationFacts
  readonly roc: Curve
  readonly det: Curve
  readonly scores: ScoreCurve
} {
  const all = accepted(counts)
  const at = IJB_FARS.map((far) => countedTarAtFar(all, far))
  const byFar = (value: (i: number) => number) =>
    Object.fromEntries(IJB_FARS.map((far, i) => [String(far), value(i)]))
  const facts = {
    ...{ pairs, missingPairs, genuinePairs: all.genuines, impostorPairs: all.impostors },
    tarAtFar: byFar((i) => at[i]!.tar),
    falseAcceptsAtFar: byFar((i) => at[i]!.falseAccepts),
    thresholdAtFar: byFar((i) => at[i]!.threshold),
    tarNearFar: byFar((i) => tarNearFar(all, IJB_FARS[i]!)),
    ...{ auc: countedAuc(all), eer: countedEer(all) },
  }
  const x = all.falseAccepts.map((count) => count / all.impostors)
  const y = all.trueAccepts.map((count) => count / all.genuines)
  return {
    facts,
    roc: { name: '1:1', x, y },
    det: { name: '1:1', x, y: all.trueAccepts.map((count) => (all.genuines - count) / all.genuines) },
    scores: { genuine: genuineScores(counts), impostor: { low: -1, high: 1, counts: bins } },
  }
}

/** What is said of 1:N in one gallery. */
export interface IjbGalleryFacts extends IdentificationRates {
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
  readonly average: IdentificationRates
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

/** The numbers of 1:N, in each gallery and on average, and the CMC of each. */
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
    ...identificationRates(search),
  }))
  return {
    facts: { galleries, average: meanRates(galleries), ...(joined && { joined }) },
    cmc: searches.map(({ gallery, search }) => {
      const { rank, recall }: Cmc = cmc(search.ranks, { maxRank: Math.min(100, search.people) })
      return { name: gallery, x: rank, y: recall }
    }),
  }
}

const percent = (share: number): string => (Number.isNaN(share) ? '-' : `${(100 * share).toFixed(2)} %`)

/** The lines of 1:1 for the terminal. */
export function verificationTable(facts: IjbVerificationFacts): string[] {
  const { pairs, missingPairs, genuinePairs, impostorPairs, auc, eer } = facts
  const rows = IJB_FARS.map((far) => {
    const key = String(far)
    const accepts = facts.falseAcceptsAtFar[key]
    return `TAR at FAR ${far.toExponential().padEnd(6)}${percent(facts.tarAtFar[key]!).padStart(9)}  ${percent(facts.tarNearFar[key]!).padStart(9)}  ${accepts} of ${impostorPairs} impostor pairs accepted`
  })
  return [
    `1:1  ${pairs} pairs, ${genuinePairs} genuine and ${impostorPairs} impostor${missingPairs > 0 ? `, ${missingPairs} without a template` : ''}`,
    '                   at most  nearest',
    ...rows,
    `AUC  ${auc.toFixed(6)}   EER  ${percent(eer)}`,
  ]
}

/** The lines of 1:N for the terminal. */
export function identificationTable({ galleries, average, joined }: IjbIdentificationFacts): string[] {
  const columns: readonly (JoinedRates & Partial<IdentificationRates> & { readonly name: string })[] = [
    ...galleries.map((rates) => ({ ...rates, name: rates.gallery })),
    ...(galleries.length > 1 ? [{ ...average, name: 'average' }] : []),
    ...(joined ? [{ ...joined, name: 'joined' }] : []),
  ]
  const rows = (
    label: string,
    pick: (rates: Partial<IdentificationRates>) => Record<string, number> | undefined,
  ) =>
    Object.keys(pick(average)!).map(
      (key) =>
        `${label}${key}`.padEnd(26) +
        columns.map((rates) => percent(pick(rates)?.[key] ?? Number.NaN).padStart(10)).join(''),
    )
  return [
    ...galleries.map(
      ({ gallery, people, matedSearches, nonMatedSearches, searchesWithoutMate, missingTemplates }) =>
        `1:N  ${gallery}: ${people} people, ${matedSearches} mated and ${nonMatedSearches} non-mated searches${missingTemplates > 0 ? `, ${missingTemplates} templates missing, ${searchesWithoutMate} searches without a mate` : ''}`,
    ),
    ' '.repeat(26) + columns.map(({ name }) => name.padStart(10)).join(''),
    ...rows('top-', ({ top }) => top),
    ...rows('TPIR at FPIR ', ({ tpirAtFpir }) => tpirAtFpir),
    ...rows('  at rank 1, FPIR ', ({ rank1TpirAtFpir }) => rank1TpirAtFpir),
  ]
}
