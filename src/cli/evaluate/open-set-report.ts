import {
  leastFalsePositives,
  type OpenSetResult,
  type OpenSetSearches,
  openSetCmcOverSplits,
  openSetDetOverSplits,
  type ProvedSummary,
  type Spread,
  type SpreadCurve,
  searchesNeeded,
  summariseOpenSet,
} from '../../evaluate/index.ts'
import type { EvaluationCurves } from './evaluation-curves.ts'

/** What was asked of an open-set evaluation, and of whom. */
export interface OpenSetPlan {
  /** The folder or the list of names, as the user gave it. */
  readonly name: string
  readonly people: number
  readonly images: number
  readonly galleryImages: number
  readonly strangers: number
  readonly splits: number
  readonly seed: number
}

/** The numbers for the JSON: over splits with the searches beside each FPIR, then each split's own. */
export function openSetFacts(
  results: readonly OpenSetResult[],
  { people, images, galleryImages, strangers, splits, seed }: OpenSetPlan,
): Record<string, unknown> {
  const summary = summariseOpenSet(results)
  const { counts, choosing, proving, recall } = summary
  const range = ({ least, most }: Spread) => ({ least, most })
  return {
    ...{ people, images, galleryImages, strangers, splits, seed, leastFalsePositives },
    counts,
    recall,
    rates: Object.keys(summary.fnir).map((fpir) => ({
      fpir: Number(fpir),
      nonMatedSearches: range(counts.nonMatedSearches),
      searchesNeeded: searchesNeeded(Number(fpir)),
      fnir: summary.fnir[fpir],
      fnirAnyRank: summary.fnirAnyRank[fpir],
    })),
    proof: {
      ...{ choosing, proving },
      rates: Object.keys(summary.proved).map((fpir) => ({
        fpirAimedAt: Number(fpir),
        nonMatedSearches: {
          choosing: range(choosing.nonMatedSearches),
          proving: range(proving.nonMatedSearches),
        },
        searchesNeeded: searchesNeeded(Number(fpir)),
        realised: summary.proved[fpir],
      })),
    },
    ...{ recallAtRank: means(recall), fnirAtFpir: means(summary.fnir) },
    perSplit: results,
  }
}

/** The means over splits alone, for whoever wants one number; those that the splits do not carry are left out. */
const means = (spreads: Readonly<Record<string, Spread | null>>): Record<string, number> =>
  Object.fromEntries(Object.entries(spreads).flatMap(([key, spread]) => (spread ? [[key, spread.mean]] : [])))

/** The lines for the terminal. */
export function openSetTable(results: readonly OpenSetResult[], plan: OpenSetPlan): string[] {
  const { counts, choosing, proving, recall, fnir, fnirAnyRank, proved } = summariseOpenSet(results)
  const { name, people, images, galleryImages, splits, seed } = plan
  const spreadText = splits > 1 ? ', mean ± standard deviation over splits' : ''
  const needs = (fpir: string) => `n/a (needs ${searchesNeeded(Number(fpir))} searches)`
  return [
    `${name}: ${people} people, ${images} images, ${splits} splits, seed ${seed}${spreadText}`,
    `enrolled      N = ${range(counts.enrolled)} people, ${galleryImages} image${galleryImages > 1 ? 's' : ''} each at most`,
    `mated         ${range(counts.matedSearches)} searches for ${range(counts.matedPeople)} people`,
    `non-mated     ${range(counts.nonMatedSearches)} searches for ${range(counts.nonMatedPeople)} strangers`,
    ...Object.entries(recall).map(([rank, value]) => `${`rank-${rank}`.padEnd(13)} ${percent(value)}`),
    '',
    ...columns([
      ['FPIR', 'non-mated searches', 'FNIR(N, 1, T)', 'FNIR(N, N, T)'],
      ...Object.keys(fnir).map((fpir) => {
        const [first, any] = [fnir[fpir], fnirAnyRank[fpir]]
        const rates = first && any ? [percent(first), percent(any)] : [needs(fpir)]
        return [fpir, range(counts.nonMatedSearches), ...rates]
      }),
    ]),
    '',
    `threshold chosen on one half of the people (N = ${range(choosing.enrolled)}), proved on the other (N = ${range(
      proving.enrolled,
    )}, ${range(proving.matedSearches)} mated searches)`,
    ...columns([
      [
        'FPIR aimed at',
        'non-mated searches of each half',
        'T',
        'FPIR realised',
        'FNIR(N, 1, T)',
        'FNIR(N, N, T)',
      ],
      ...Object.entries(proved).map(([fpir, proof]) => [
        fpir,
        `${range(choosing.nonMatedSearches)}, ${range(proving.nonMatedSearches)}`,
        ...(proof
          ? [
              thresholdText(proof, splits),
              decimals(proof.fpir, places(Number(fpir))),
              percent(proof.fnir),
              percent(proof.fnirAnyRank),
            ]
          : [needs(fpir)]),
      ]),
    ]),
    '',
    `an FPIR is given where every split lets expect ${leastFalsePositives} false positives`,
  ]
}

/** DET and CMC over splits, and the scores of the first split. */
export function openSetCurves(
  searches: readonly OpenSetSearches[],
  results: readonly OpenSetResult[],
): EvaluationCurves {
  const det = openSetDetOverSplits(searches)
  const [first] = searches
  const fewestEnrolled = Math.min(...results.map(({ enrolled }) => enrolled))
  const lines = ({ x, mean, least, most }: SpreadCurve) =>
    searches.length === 1
      ? [{ name: 'split 1', x, y: mean }]
      : [
          { name: `mean of ${searches.length} splits`, x, y: mean },
          { name: 'least', x, y: least },
          { name: 'most', x, y: most },
        ]
  return {
    ...(det.x.length > 0 && {
      det: lines(det),
      detLabels: { x: 'false positive identification rate', y: 'false negative identification rate' },
    }),
    // Beyond the gallery every mate is found.
    cmc: lines(openSetCmcOverSplits(searches, { maxRank: Math.min(50, fewestEnrolled) })),
    scores: { genuine: first!.mated.scores, impostor: first!.nonMatedTop },
  }
}

/** `12` or `12–15`. */
const range = ({ least, most }: Spread): string => (least === most ? `${least}` : `${least}–${most}`)

const decimals = ({ mean, deviation }: Spread, digits: number): string =>
  deviation === null ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`

const thresholdText = ({ threshold, splitsWithoutThreshold }: ProvedSummary, splits: number): string =>
  threshold
    ? decimals(threshold, 4)
    : `none passes${splitsWithoutThreshold < splits ? ` in ${splitsWithoutThreshold} of ${splits}` : ''}`

const percent = ({ mean, deviation }: Spread): string =>
  deviation === null
    ? `${(100 * mean).toFixed(2)} %`
    : `${(100 * mean).toFixed(2)} % ± ${(100 * deviation).toFixed(2)}`

/** How many decimals show an FPIR to two digits. */
const places = (fpir: number): number => Math.ceil(-Math.log10(fpir)) + 1

/** Rows as aligned columns. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) =>
    Math.max(...rows.filter(({ length }) => length > c + 1).map((row) => row[c]!.length), 0),
  )
  return rows.map((row) =>
    row
      .map((cell, c) => cell.padEnd(widths[c]!))
      .join('  ')
      .trimEnd(),
  )
}
