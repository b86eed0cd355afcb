import { pairedTest } from '../evaluate/index.ts'
import { deviation, mean } from '../math/sum.ts'
import { anglesOf } from './angle-figures.ts'
import { curveFigures, otherCurves } from './curve-figures.ts'
import type { EvaluationGroup, NamedEvaluation } from './evaluation-groups.ts'
import { measuresOf } from './measures.ts'
import { type Html, html } from './page.ts'
import { counted, grid, list, percent } from './parts.ts'

/** All that the runs gave under one protocol: numbers side by side, how far the best are apart, and the curves. */
export function evaluationSection({ title, id, evaluations }: EvaluationGroup): Html {
  return html`<section id="${id}">
<h2>${title}</h2>
${notices(evaluations)}
${measuresTable(evaluations, title)}
${apart(evaluations)}
${overSeeds(evaluations)}
<div class="figures">
${curveFigures(evaluations)}
</div>
${angles(evaluations)}
${otherCurves(evaluations)}
</section>`
}

/** What must be known before the numbers are read. */
function notices(evaluations: readonly NamedEvaluation[]): Html[] {
  return evaluations.flatMap(({ label, notices: lines }) =>
    lines.map(
      (line) =>
        html`<p class="warning"><strong>${evaluations.length > 1 ? `${label}: ` : ''}${line}</strong></p>`,
    ),
  )
}

function measuresTable(evaluations: readonly NamedEvaluation[], title: string): Html {
  const columns = evaluations.map((evaluation) => ({
    label: evaluation.label,
    measures: new Map(measuresOf(evaluation).map(({ name, text }) => [name, text])),
  }))
  const names = [...new Set(columns.flatMap(({ measures }) => [...measures.keys()]))]
  if (names.length === 0) return html`<p>This protocol's numbers are not known to the report.</p>`
  return grid(
    ['', ...columns.map(({ label }) => label)],
    names.map((name) => [name, ...columns.map(({ measures }) => measures.get(name) ?? '–')]),
    { label: `${title}: numbers`, caption: html`${explanation(evaluations[0]!)}` },
  )
}

/** What the numbers mean, with the counts that they stand on. */
function explanation({ protocol, facts }: NamedEvaluation): string {
  const n = (name: string) => (typeof facts[name] === 'number' ? facts[name] : Number.NaN)
  if (protocol === 'distractors')
    return `Rank-1: how often, over ${counted(n('orderedPairs'), 'ordered pair')} of a probe and its mate, none of ${counted(n('distractors'), 'distractor')} comes before the mate. TAR among distractors: ${counted(n('genuinePairs'), 'genuine pair')} against ${counted(n('impostorPairs'), 'pair')} of a probe and a distractor.`
  if (protocol === 'open-set')
    return `Means over ${counted(n('splits'), 'seeded split')} of ${counted(n('people'), 'person', 'people')} into enrolled and strangers, ± the standard deviation over the splits. FNIR: the share of searches for an enrolled person that do not return that person, where at most the share FPIR of searches for strangers returns anyone. Rates that the searches cannot carry are left out.`
  if (protocol === 'megaface')
    return 'Rank-1: how often the mate of a probe comes before every distractor. TAR at a FAR: the share of genuine pairs accepted where at most that share of the impostor pairs is. Rates that let no impostor pair pass are left out.'
  if (protocol.startsWith('ijb'))
    return 'TAR at a FAR: the share of genuine pairs of templates accepted where at most that share of the impostor pairs is. TPIR at an FPIR: the share of searches that return their mate where at most that share of the searches for strangers returns anyone. 1:N is the mean over the galleries.'
  const folds = Array.isArray(facts.folds) ? facts.folds.length : 0
  const judged =
    folds > 1
      ? `Accuracy: the mean over ${folds} folds ± its standard error; each fold is judged by the threshold that was best on the others.`
      : 'Accuracy: by one threshold, chosen on other pairs.'
  const impostors = n('impostorPairs')
  const of = Number.isNaN(impostors) ? '' : `, of them ${counted(impostors, 'impostor pair')}`
  return `${judged} ${counted(n('pairs'), 'pair')}${of}. TAR at a FAR: the share of genuine pairs accepted where at most that share of the impostor pairs is; a FAR that lets none of them pass is left out. In brackets: 95 % intervals.`
}

/** Says how far the two best are apart beside the spread of that difference over the folds, so that nobody reads more into the order than it holds. */
function apart(evaluations: readonly NamedEvaluation[]): Html {
  const rated = evaluations.flatMap(({ label, facts: { accuracy, folds } }) =>
    typeof accuracy === 'number' && Array.isArray(folds)
      ? [{ label, accuracy, folds: folds.map(Number) }]
      : [],
  )
  const [first, second] = rated.toSorted((a, b) => b.accuracy - a.accuracy)
  if (!first || !second || first.folds.length < 2 || first.folds.length !== second.folds.length) return html``
  const test = pairedTest(first.folds.map((share, k) => share - second.folds[k]!))
  const { standardError, p } = test
  const points = (share: number) => (100 * share).toFixed(1)
  const verdict = test.mean > 2 * standardError ? 'more than twice' : 'less than twice'
  return html`<p class="note">The two highest accuracies, of ${first.label} and ${second.label}, lie ${points(test.mean)} points apart, ${verdict} the standard error of their difference over the folds (${points(standardError)}; paired t test, p ${p < 0.001 ? '< 0.001' : `= ${p.toPrecision(2)}`}). One seed is one sample besides: another start can change the order of runs that lie close.</p>`
}

/** The mean and the spread of runs that differ by their seed alone. */
function overSeeds(evaluations: readonly NamedEvaluation[]): Html[] {
  const groups = new Map<string, { label: string; accuracy: number }[]>()
  // A run that was proved twice is one seed.
  for (const { label, run, settings, facts } of evaluations)
    if (typeof facts.accuracy === 'number' && label === run)
      groups.set(settings, [...(groups.get(settings) ?? []), { label, accuracy: facts.accuracy }])
  return [...groups.values()].flatMap((runs) => {
    if (runs.length < 2) return []
    const shares = runs.map(({ accuracy }) => accuracy)
    return [
      html`<p class="note">${list(runs.map(({ label }) => label))} differ by their seed alone: accuracy ${percent(mean(shares), 2)} ± ${percent(deviation(shares), 2)} % (mean and standard deviation over ${runs.length} seeds).</p>`,
    ]
  })
}

function angles(evaluations: readonly NamedEvaluation[]): Html {
  const figures = anglesOf(evaluations)
  if (figures.length === 0) return html``
  return html`<h3>Angles</h3>
<p>A good embedding turns the pictures of one person close together and different people far apart. The threshold is the mean of those that the folds chose.</p>
<div class="figures">
${figures}
</div>`
}
