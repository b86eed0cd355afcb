import type { PublishedMeasure } from './published.ts'
import type { ReportEvaluation, ReportRun } from './report-input.ts'

/** A number of ours that may stand in a published table, in percent. */
export interface OwnNumber {
  readonly value: number
  /** The standard error over the folds. */
  readonly error?: number
  /** In what its evaluation differs from the published one's, in a few words each. */
  readonly differs: readonly string[]
  /** MegaFace's challenge. */
  readonly challenge?: 1 | 2
}

type Json = Readonly<Record<string, unknown>>

/** The distractors of the published results. */
const distractors = 1_000_000
const far = String(1e-6)

/** The numbers of a run by measure; where it has several of one kind, the last, which is the latest by name. */
export function ownResults({ evaluations }: ReportRun): Partial<Record<PublishedMeasure, OwnNumber>> {
  return Object.assign({}, ...evaluations.map(numbersOf))
}

function numbersOf({
  protocol,
  facts,
  notices,
}: ReportEvaluation): Partial<Record<PublishedMeasure, OwnNumber>> {
  const differs = [...notices]
  if (protocol === 'lfw' || protocol === 'ytf') {
    const { accuracy, standardError, pairs, folds } = facts
    const expected = protocol === 'lfw' ? 6000 : 5000
    if (typeof accuracy !== 'number' || !Array.isArray(folds)) return {}
    if (pairs !== expected)
      differs.push(`${Number(pairs).toLocaleString('en')} pairs, not ${expected.toLocaleString('en')}`)
    if (folds.length !== 10)
      differs.push(folds.length === 1 ? 'one threshold of other pairs, no folds' : `${folds.length} folds`)
    const number = {
      value: 100 * accuracy,
      ...(typeof standardError === 'number' && { error: 100 * standardError }),
      differs,
    }
    return protocol === 'lfw' ? { lfw: number } : { ytf: number }
  }
  if (protocol !== 'megaface' || !Array.isArray(facts.results)) return {}
  return megaface(facts, differs)
}

function megaface(facts: Json, differs: readonly string[]): Partial<Record<PublishedMeasure, OwnNumber>> {
  const results = (facts.results as readonly unknown[]).map(object)
  const [found] = results.filter(({ size, items }) => size === distractors && items === 'raw')
  const challenge = facts.challenge === 2 ? 2 : 1
  const { name } = object(facts.probes)
  const probes = typeof name === 'string' && !/facescrub/i.test(name) ? [`probes ${name}, not FaceScrub`] : []
  // A smaller gallery is another question: no number of it may stand beside a million.
  if (!found) return {}
  const { tarAtFar, allowed } = object(found.devkit)
  const tar = object(tarAtFar)[far]
  const all = { differs: [...differs, ...probes], challenge } as const
  return {
    ...(typeof found.rank1 === 'number' && { rank1: { value: 100 * found.rank1, ...all } }),
    ...(typeof tar === 'number' && Number(object(allowed)[far]) > 0 && { tar: { value: 100 * tar, ...all } }),
  }
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
