import { percent } from './parts.ts'
import type { ReportEvaluation } from './report-input.ts'

/** A number of an evaluation: its name and its text. */
export interface Measure {
  readonly name: string
  readonly text: string
}

type Json = Readonly<Record<string, unknown>>

/** The numbers of an evaluation with their spread, the one that is asked for first at the head. A rate that the counts cannot carry is left out. */
export function measuresOf({ facts }: Pick<ReportEvaluation, 'facts'>): Measure[] {
  return [...verification(facts), ...among(facts), ...openSet(facts), ...megaface(facts), ...templates(facts)]
}

/** Pairs in folds. */
function verification(facts: Json): Measure[] {
  const { accuracy, standardError, folds, auc, eer, tarAtFar, pairs, impostorPairs, intervals } = facts
  if (!isNumber(accuracy) || !Array.isArray(folds)) return []
  // More digits than pairs can tell apart would promise what is not there.
  const share = (value: unknown) => percent(number(value), number(pairs) >= 5000 ? 2 : 1)
  const range = (interval: unknown) => {
    const { low, high } = object(interval)
    return isNumber(low) && isNumber(high) ? ` (${share(low)} … ${share(high)})` : ''
  }
  const of = object(intervals)
  const over = typeof of.over === 'string' ? of.over : 'people'
  return [
    {
      name: 'accuracy, %',
      text: isNumber(standardError) ? `${share(accuracy)} ± ${share(standardError)}` : share(accuracy),
    },
    ...(range(of.accuracy) === ''
      ? []
      : [{ name: `95 % interval over ${over}, %`, text: range(of.accuracy).slice(2, -1) }]),
    ...(folds.length < 2
      ? []
      : [
          { name: 'worst fold, %', text: share(Math.min(...folds.map(number))) },
          { name: 'best fold, %', text: share(Math.max(...folds.map(number))) },
        ]),
    ...(isNumber(auc) ? [{ name: 'AUC', text: auc.toFixed(4) }] : []),
    ...(isNumber(eer) ? [{ name: 'EER, %', text: `${share(eer)}${range(of.eer)}` }] : []),
    ...tars(tarAtFar, number(impostorPairs)).map(([far, tar]) => ({
      name: `TAR at FAR ${far}, %`,
      text: `${share(tar)}${range(object(of.tarAtFar)[far])}`,
    })),
  ]
}

/** The rates that at least one impostor pair carries, the most lenient first. */
function tars(tarAtFar: unknown, impostorPairs: number): [string, number][] {
  return Object.entries(object(tarAtFar))
    .filter((entry): entry is [string, number] => isNumber(entry[1]))
    .filter(([far]) => !(Number(far) * impostorPairs < 1))
    .sort(([a], [b]) => Number(b) - Number(a))
}

/** People looked for among distractors, as the demonstration does it. */
function among({ rank1, amongDistractors }: Json): Measure[] {
  if (!isNumber(rank1)) return []
  const { tarAtFar, impostorPairs } = object(amongDistractors)
  return [
    { name: 'rank-1, %', text: percent(rank1) },
    ...tars(tarAtFar, number(impostorPairs)).map(([far, tar]) => ({
      name: `TAR at FAR ${far} among distractors, %`,
      text: percent(tar),
    })),
  ]
}

/** A mean over splits with its standard deviation, in percent. */
const spread = (value: unknown): string => {
  const { mean, deviation } = object(value)
  return isNumber(deviation) ? `${percent(number(mean))} ± ${percent(deviation)}` : percent(number(mean))
}

function openSet({ recall, rates, proof }: Json): Measure[] {
  if (!Array.isArray(rates)) return []
  const rows = (values: unknown) => (Array.isArray(values) ? values.map(object) : [])
  return [
    ...Object.entries(object(recall)).map(([rank, value]) => ({
      name: `rank-${rank}, %`,
      text: spread(value),
    })),
    ...rows(rates)
      .filter(({ fnir }) => fnir !== null)
      .map(({ fpir, fnir }) => ({ name: `FNIR at FPIR ${fpir}, %`, text: spread(fnir) })),
    ...rows(object(proof).rates)
      .filter(({ realised }) => realised !== null)
      .map(({ fpirAimedAt, realised }) => ({
        name: `FPIR on other people where ${fpirAimedAt} was aimed at, %`,
        text: spread(object(realised).fpir),
      })),
  ]
}

function megaface({ results }: Json): Measure[] {
  if (!Array.isArray(results)) return []
  return results.map(object).flatMap((result) => {
    const { size, set, items, rank1, full, devkit } = result
    const where = `${number(size).toLocaleString('en')} distractors, set ${set}${items === 'raw' ? '' : ', cleaned'}`
    const { tarAtFar, allowed } = object(full ?? devkit)
    return [
      { name: `rank-1, ${where}, %`, text: percent(number(rank1), 2) },
      ...Object.entries(object(tarAtFar))
        .filter(([far]) => number(object(allowed)[far]) > 0)
        .map(([far, tar]) => ({
          name: `TAR at FAR ${far}, ${where}, %`,
          text: percent(number(tar), 2),
        })),
    ]
  })
}

function templates({ verification: pairs, identification }: Json): Measure[] {
  const { tarAtFar, impostorPairs, auc, eer } = object(pairs)
  const { top, tpirAtFpir } = object(object(identification).average)
  const rates = (values: unknown, name: (key: string) => string) =>
    Object.entries(object(values))
      .filter((entry): entry is [string, number] => isNumber(entry[1]))
      .map(([key, value]) => ({ name: name(key), text: percent(value, 2) }))
  return [
    ...tars(tarAtFar, number(impostorPairs))
      .toReversed()
      .map(([far, tar]) => ({
        name: `TAR at FAR ${Number(far).toExponential()}, %`,
        text: percent(tar, 2),
      })),
    ...(isNumber(auc) ? [{ name: 'AUC of 1:1', text: auc.toFixed(5) }] : []),
    ...(isNumber(eer) ? [{ name: 'EER of 1:1, %', text: percent(eer, 2) }] : []),
    ...rates(top, (k) => `1:N, mate among the best ${k}, %`),
    ...rates(tpirAtFpir, (fpir) => `1:N, TPIR at FPIR ${fpir}, %`),
  ]
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const number = (value: unknown): number => (isNumber(value) ? value : Number.NaN)
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
