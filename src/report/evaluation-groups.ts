import type { ReportEvaluation, ReportRun } from './report-input.ts'

/** An evaluation with the name of its run; of its folder besides, where the run has several of the same kind. */
export interface NamedEvaluation extends ReportEvaluation {
  readonly label: string
  readonly run: string
  /** All settings of its run but the seed, as text: runs in which they are equal differ by chance alone. */
  readonly settings: string
}

/** Evaluations by one protocol on one list under the same settings: their numbers may stand side by side. */
export interface EvaluationGroup {
  /** A name for a heading: the protocol and its list. */
  readonly title: string
  /** A name for an address within the page. */
  readonly id: string
  readonly protocol: string
  readonly evaluations: readonly NamedEvaluation[]
}

/** What must be equal for two results to be comparable. */
const settings = [
  'variant',
  'score',
  'galleryImages',
  'strangers',
  'splits',
  'seed',
  'weight',
  'unit',
  'challenge',
  'normalise',
] as const

const titles: Readonly<Record<string, string>> = {
  lfw: 'LFW: same person or not',
  ytf: 'YTF: same person or not, in videos',
  bin: 'Pairs of a .bin: same person or not',
  pairs: 'Pairs: same person or not',
  'open-set': 'Open set: who is it, if anyone',
  megaface: 'MegaFace: who is it among many strangers',
  ijbb: 'IJB-B: templates',
  ijbc: 'IJB-C: templates',
  distractors: 'Among distractors: who is it',
}

/** The evaluations of all runs by what they measure: verification first, then as they are met. */
export function evaluationGroups(runs: readonly ReportRun[]): EvaluationGroup[] {
  const groups = new Map<string, { run: string; settings: string; evaluation: ReportEvaluation }[]>()
  for (const { name: run, evaluations, settings: all, lossOptions } of runs)
    for (const evaluation of evaluations) {
      const { seed: _, ...ofRun } = all
      const own = JSON.stringify([ofRun, lossOptions])
      const key = keyOf(evaluation)
      groups.set(key, [...(groups.get(key) ?? []), { run, settings: own, evaluation }])
    }
  const isFirst = ([member]: readonly { readonly evaluation: ReportEvaluation }[]) =>
    typeof member?.evaluation.facts.accuracy === 'number' ? 0 : 1
  const named = [...groups.values()]
    .sort((a, b) => isFirst(a) - isFirst(b))
    .map((members) => {
      const times = (run: string) => members.filter((member) => member.run === run).length
      const { protocol, facts } = members[0]!.evaluation
      return {
        title: titles[protocol] ?? protocol,
        list: listName(facts),
        protocol,
        evaluations: members.map(({ run, settings: ofRun, evaluation }) => ({
          ...evaluation,
          run,
          settings: ofRun,
          label: times(run) > 1 ? `${run}, ${evaluation.name}` : run,
        })),
      }
    })
  return named.map(({ title, list, ...group }, i) => ({
    ...group,
    title:
      named.filter((other) => other.title === title).length > 1 ? `${title} (${list ?? `${i + 1}`})` : title,
    id: `evaluation-${i + 1}`,
  }))
}

/** What is measured and how, as text; what a run was trained on is no part of it. */
function keyOf({ protocol, facts }: ReportEvaluation): string {
  const hashes = (value: unknown): unknown[] =>
    typeof value !== 'object' || value === null
      ? []
      : 'sha256' in value
        ? [value.sha256]
        : Object.entries(value).flatMap(([name, inner]) => (name === 'training' ? [] : hashes(inner)))
  return JSON.stringify([
    protocol,
    ...[facts.list, facts.lists, facts.trainList].map(hashes),
    ...settings.map((name) => facts[name] ?? null),
  ])
}

/** The file or folder of an evaluation's list, without where it lies. */
function listName({ list }: ReportEvaluation['facts']): string | undefined {
  if (typeof list !== 'object' || list === null) return undefined
  const { file, folder } = list as { file?: unknown; folder?: unknown }
  const path = typeof file === 'string' ? file : folder
  return typeof path === 'string' ? path.split(/[\\/]/).filter(Boolean).at(-1) : undefined
}
