import type { MegafaceResult } from '../../evaluate/megaface.ts'
import {
  formatCmcFile,
  formatMatchesFile,
  type MatchEntry,
  resultFileName,
} from '../../evaluate/megaface-result-file.ts'
import type { Json, JsonObject } from '../../evaluate/part-file.ts'
import type { DistractorTally } from '../../search/index.ts'
import type { MissingImage } from '../embed/missing-images.ts'
import type { Curve, ScoreCurve } from '../evaluate/evaluation-curves.ts'
import { type Evaluation, missingFacts } from '../evaluate/evaluation-output.ts'
import { type Cleaning, type CountedProbes, labelOf } from './megaface-count.ts'

/** A result file of the official tool, shown beside ours. */
export type BesideFacts = {
  readonly file: string
  readonly rank1: number | null
  /** Its TAR at the largest FAR up to 1e-6 that it holds. */
  readonly tar: number | null
}

/** All that a run says beside its counts, as JSON: the same for each of its shards. */
export type MegafaceSetup = {
  readonly version: string
  readonly name: string
  readonly challenge: 1 | 2
  readonly verification: 'full' | 'devkit'
  readonly normalise: boolean
  readonly lists: JsonObject
  readonly probes: { readonly name: string; readonly listed: number; readonly features: JsonObject }
  readonly distractors: JsonObject
  readonly noise: Json
  readonly beside: readonly BesideFacts[]
  readonly missingItems: readonly MissingImage[]
}

/** What was found for one list of distractors. */
export interface Outcome {
  readonly size: number
  readonly set: number
  readonly cleaning: Cleaning
  readonly result: MegafaceResult
  readonly tally: DistractorTally
  readonly probes: CountedProbes
  /** The places of the distractors in their list. */
  readonly index: Int32Array
}

/** What a run of MegaFace gives: the same bytes whether it was counted at once or in shards. */
export function megafaceEvaluation(setup: MegafaceSetup, outcomes: readonly Outcome[]): Evaluation {
  const { version: _, missingItems, beside, ...facts } = setup
  const missing = missingFacts(missingItems)
  const nameOf = (outcome: Outcome) => `${labelOf(outcome)}${outcome.cleaning === 'raw' ? '' : ', cleaned'}`
  const curve = (pick: (outcome: Outcome) => Omit<Curve, 'name'>): Curve[] =>
    outcomes.map((outcome) => ({ name: nameOf(outcome), ...pick(outcome) }))
  const isFull = setup.verification === 'full'
  return {
    protocol: 'megaface',
    facts: {
      ...facts,
      ...missing,
      ...(beside.length > 0 && { beside }),
      results: outcomes.map(({ size, set, cleaning, result: { official, curves, ...result } }) => ({
        ...{ size, set, items: cleaning },
        ...result,
      })),
    },
    table: table(setup, outcomes),
    curves: {
      cmc: curve(({ result }) => result.curves.cmc),
      scores: scoresOf(outcomes),
      ...(isFull && {
        roc: curve(({ result }) => result.curves.roc),
        det: curve(({ result: { curves } }) => ({
          x: curves.roc.x,
          y: curves.roc.y.map((tar) => 1 - tar),
        })),
      }),
    },
    files: Object.fromEntries(
      outcomes.flatMap((outcome) => officialFiles(setup, outcome, missing.incomplete)),
    ),
  }
}

/** The genuine scores, and the impostors' of a sample of the longest list's first set, with all items. */
function scoresOf(outcomes: readonly Outcome[]): ScoreCurve {
  const shown = outcomes.reduce((best, next) => (next.size > best.size ? next : best))
  const { distractors, low, high, counts } = shown.tally.sample
  const of = shown.tally.distractors
  const which = distractors < of ? `${distractors} of ${of}` : `all ${of}`
  return {
    genuine: shown.probes.pairs.genuine,
    impostor: { low, high, counts },
    note: `impostors with ${which} distractors, set ${shown.set}`,
  }
}

/** The two files that the official tool writes. */
function officialFiles(
  { name, probes: { name: probe, listed } }: MegafaceSetup,
  { size, set, cleaning, result, tally, probes, index }: Outcome,
  incomplete: boolean,
): [string, string][] {
  // What is not all of the protocol must not pass as the official tool's.
  const algorithm = `${name}${cleaning === 'raw' ? '' : '_cleaned'}${incomplete ? '_incomplete' : ''}`
  const file = { probe, distractors: 'megaface', algorithm, size, set }
  const entries: MatchEntry[] = Array.from({ length: listed }, () => ({
    distractors: { idx: [], score: [] },
    probes: { idx: [], rank: [] },
  }))
  const { start, mate } = probes.pairs
  const kept = tally.best.index.length / probes.index.length
  probes.index.forEach((place, i) => {
    const best = Array.from({ length: kept }, (_, k) => i * kept + k).filter((k) => tally.best.index[k]! >= 0)
    const [from, to] = [start[i]!, start[i + 1]!]
    entries[place] = {
      distractors: {
        idx: best.map((k) => index[tally.best.index[k]!]!),
        score: best.map((k) => tally.best.score[k]!),
      },
      probes: {
        idx: Array.from(mate.subarray(from, to), (j) => probes.index[j]!),
        rank: Array.from(tally.ranks.subarray(from, to)),
      },
    }
  })
  return [
    [resultFileName('cmc', file), formatCmcFile(result.official)],
    [resultFileName('matches', file), formatMatchesFile(entries)],
  ]
}

function table(setup: MegafaceSetup, outcomes: readonly Outcome[]): string[] {
  const { name, challenge, normalise, lists, probes, beside } = setup
  const first = outcomes[0]!.result
  const percent = (share: number): string => (100 * share).toFixed(2)
  const fars = Object.keys(first.devkit.tarAtFar)
  const columns = [...(first.full ? fars.map((far) => `TAR@${short(far)}`) : []), `devkit@${short(fars[0]!)}`]
  let few = false
  const rows = outcomes.map(({ size, set, cleaning, result }) => {
    const tar = ({ tarAtFar, allowed }: MegafaceResult['devkit'], far: string): string => {
      if (allowed[far]! > 0) return `${percent(tarAtFar[far]!)} `
      few = true
      return `${percent(tarAtFar[far]!)}*`
    }
    return [
      ...[String(size), String(set), cleaning, `${percent(result.rank1)} `],
      ...(result.full ? fars.map((far) => tar(result.full!, far)) : []),
      tar(result.devkit, fars[0]!),
    ]
  })
  const others = beside.map(({ file, rank1, tar }) => [
    ...['', '', file, rank1 === null ? '- ' : `${percent(rank1)} `],
    ...(first.full ? fars.map(() => '') : []),
    tar === null ? '- ' : `${percent(tar)} `,
  ])
  const training = lists.training as { readonly class?: string } | null
  return [
    `${name}: ${probes.name}, ${first.probes} images of ${first.people} people, ${first.orderedPairs} ordered pairs; challenge ${challenge}, features ${normalise ? 'of length 1' : 'as they are'}`,
    ...(training?.class ? [`training set: ${training.class}`] : []),
    ...aligned([
      ['distractors', 'set', 'items', 'rank-1 ', ...columns.map((text) => `${text} `)],
      ...rows,
      ...others,
    ]),
    ...(few ? ['* the rate lets none of the impostor pairs pass'] : []),
  ]
}

const short = (far: string): string => Number(far).toExponential(0)

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  return rows.map((row) =>
    row
      .map((text, c) => text.padStart(widths[c]!))
      .join('  ')
      .trimEnd(),
  )
}
