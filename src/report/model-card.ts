import { type EvaluationGroup, evaluationGroups, type NamedEvaluation } from './evaluation-groups.ts'
import { groupRates, type Rate } from './group-rates.ts'
import { measuresOf } from './measures.ts'
import { type Html, html } from './page.ts'
import { count, counted, grid, list, percent } from './parts.ts'
import type { CardTexts, ReportGroups, ReportRun } from './report-input.ts'
import { lossName, networkOf } from './runs-section.ts'

/**
 * A model card (after Mitchell et al. 2019): what the model is for and not for, what it learnt from, what its proof does not
 * show, and how often it errs by group. What nobody has stated is called not stated.
 */
export function modelCard(
  runs: readonly ReportRun[],
  { card = {}, groups }: { readonly card?: CardTexts; readonly groups?: ReportGroups | undefined } = {},
): Html {
  const found = evaluationGroups(runs)
  const licences = [...new Set(runs.map(({ settings: { licence } }) => String(licence ?? 'not stated')))]
  const entries: readonly (readonly [string, Html | Html[]])[] = [
    ['Model', modelsOf(runs)],
    ['Intended use', stated(card.intendedUse, usualUse)],
    ['Not for', stated(card.notFor, usualNotFor)],
    ['Data', [...(card.data === undefined ? [] : [text(card.data)]), ...dataOf(runs)]],
    ['How well', headlines(found)],
    [
      'Limits',
      [
        ...(card.limits === undefined ? [] : [text(card.limits)]),
        html`<ul>${limits(runs, found).map((line) => html`<li>${line}</li>`)}</ul>`,
      ],
    ],
    ['Licence', text(`${capital(list(licences))}.`)],
    ['Contact', text(card.contact ?? 'Not stated.')],
  ]
  return html`<section id="card">
<h2>Model card</h2>
<dl>
${entries.map(
  ([name, content]) => html`<dt>${name}</dt><dd>${content}</dd>
`,
)}</dl>
<h3>Error rates by group</h3>
${byGroup(found, groups)}
</section>`
}

const usualUse =
  'Telling whether two aligned pictures of the kind that the model learnt from show one person, and looking for a person among those who are enrolled, with a threshold that was chosen and proved on people like those it will meet.'
const usualNotFor =
  'Decisions about people that nobody reviews; people who have not agreed where the law asks for it; guessing age, sex, origin or mood; pictures of another kind than those of the evaluations below.'

const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1)

const text = (words: string): Html => html`<p>${words}</p>`

/** What was stated; else the usual words, marked as such. */
function stated(words: string | undefined, usual: string): Html {
  return words === undefined
    ? html`<p>${usual} <span class="note">(The usual words: nobody stated others.)</span></p>`
    : text(words)
}

/** What the model is: a line for each kind, with the runs of it; of one run also its file. */
function modelsOf(runs: readonly ReportRun[]): Html[] {
  const lines = new Map<string, string[]>()
  for (const run of runs) {
    const version = run.versions.steradian === undefined ? '' : `, by steradian ${run.versions.steradian}`
    const line = `${networkOf(run)}, trained with ${lossName(run)}${version}`
    lines.set(line, [...(lines.get(line) ?? []), run.name])
  }
  const { model } = runs.length === 1 ? runs[0]! : {}
  const file = model
    ? `; model.onnx of ${(model.bytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${model.sha256}`
    : ''
  return [...lines].map(([line, names]) =>
    text(
      `${list(names)}: ${line}${file}. It turns an aligned picture into a direction; the angle between two says how alike they are.`,
    ),
  )
}

/** The first number of each evaluation, which the sections above have with all others. */
function headlines(groups: readonly EvaluationGroup[]): Html {
  const lines = groups.flatMap(({ title, evaluations }) =>
    evaluations.flatMap((evaluation) => {
      const [first] = measuresOf(evaluation)
      return first
        ? [
            `${title}, ${evaluation.label}: ${first.name.replace(/, %$/, '')} ${first.text}${first.name.endsWith(', %') ? ' %' : ''}`,
          ]
        : []
    }),
  )
  if (lines.length === 0) return text('Not known: no evaluation was found.')
  return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}

/** What was learnt from: a line for each set of images, with the runs that used it. */
function dataOf(runs: readonly ReportRun[]): Html[] {
  const lines = new Map<string, string[]>()
  for (const { name, data, settings } of runs) {
    const size =
      data.images === undefined || data.people === undefined
        ? 'how many images of how many people is not known, for there is no finished model'
        : `${counted(data.images, 'image')} of ${counted(data.people, 'person', 'people')}`
    const excluded = settings.exclude === undefined ? '' : `; left out: those of ${settings.exclude}`
    const hash = data.hash ? `; SHA-256 of the list ${data.hash}` : ''
    const line = `${data.name}, ${size}${excluded}${hash}.`
    lines.set(line, [...(lines.get(line) ?? []), name])
  }
  return [...lines].map(([line, names]) => text(`${list(names)}: ${line}`))
}

/** What the proof does not show, read from what was done. */
function limits(runs: readonly ReportRun[], groups: readonly EvaluationGroup[]): string[] {
  const lines: string[] = []
  const all = groups.flatMap(({ evaluations }) => evaluations)
  const without = runs.filter(({ evaluations }) => evaluations.length === 0).map(({ name }) => name)
  if (without.length > 0)
    lines.push(`No evaluation was found of ${list(without)}: how well strangers are told apart is not known.`)
  const most = all.flatMap(({ facts }) => impostorPairs(facts)).reduce((a, b) => Math.max(a, b), 0)
  if (most > 0)
    lines.push(
      `The largest evaluation has ${counted(most, 'impostor pair')}: false accept rates below 1 in ${count(most)} are not measured, and a rate needs about ten errors to be known to a third.`,
    )
  const incomplete = all.filter(({ facts }) => facts.incomplete === true)
  if (incomplete.length > 0)
    lines.push(
      `Incomplete: ${list(incomplete.map(({ label, protocol, facts }) => `${protocol} of ${label} lacks ${counted(Number(facts.missing), 'item')}`))}.`,
    )
  const unfinished = runs.filter(({ state }) => state !== 'finished')
  if (unfinished.length > 0)
    lines.push(`Not trained to the end: ${list(unfinished.map(({ name, state }) => `${name} (${state})`))}.`)
  const people = runs.flatMap(({ data }) => (data.people === undefined ? [] : [data.people]))
  if (people.length > 0)
    lines.push(
      `Learnt from ${counted(Math.min(...people), 'person', 'people')}${Math.min(...people) === Math.max(...people) ? '' : ` to ${count(Math.max(...people))}`}: whoever looks unlike all of them is told apart less well, and by how much only their own pictures can show.`,
    )
  lines.push(
    'Thresholds belong to the pictures that they were chosen on: choose your own on yours.',
    'One seed is one sample: another start gives other numbers, and only several seeds show by how much.',
  )
  return lines
}

/** The numbers of impostor pairs anywhere in a result. */
function impostorPairs(facts: unknown): number[] {
  if (typeof facts !== 'object' || facts === null) return []
  return Object.entries(facts).flatMap(([name, value]) =>
    name === 'impostorPairs' && typeof value === 'number' ? [value] : impostorPairs(value),
  )
}

function byGroup(found: readonly EvaluationGroup[], groups: ReportGroups | undefined): Html {
  if (!groups)
    return text(
      'No labels were given (--groups), so it is not known whether the model errs more often on some people than on others. Find out before it is used on people.',
    )
  const tables = found.flatMap(({ title, evaluations }) =>
    evaluations.some(({ pairs }) => pairs)
      ? groups.attributes.map((attribute) => groupTable(evaluations, { attribute, groups, title }))
      : [],
  )
  if (tables.length === 0)
    return text('No evaluation here has judged pairs, from which error rates by group could be read.')
  const without = found.flatMap(({ title, evaluations }) =>
    evaluations.flatMap(({ label, pairs }) => (pairs ? [] : [`${title}, ${label}`])),
  )
  const unknown =
    without.length === 0
      ? html``
      : html`<p class="note">Not known of what left no judged pairs (pairs.csv): ${list(without)}.</p>`
  return html`${tables}
${unknown}
<p class="note">Refused: the share of genuine pairs (one person) that were not accepted. Accepted: the share of impostor pairs, both of the group, that were. In brackets: 95 % intervals (Wilson), as if pairs were independent; those of one person are not, so the true ones are wider. Each pair at the threshold of its fold.</p>`
}

function groupTable(
  evaluations: readonly NamedEvaluation[],
  {
    attribute,
    groups,
    title,
  }: { readonly attribute: string; readonly groups: ReportGroups; readonly title: string },
): Html {
  const rows = evaluations.flatMap(({ label, pairs = [] }) =>
    groupRates(pairs, attribute, groups).map((row) => [
      evaluations.length > 1 ? `${label}: ${row.label}` : row.label,
      shown(row.refused),
      share(row.refused),
      shown(row.accepted),
      share(row.accepted),
    ]),
  )
  if (rows.length === 0) return text(`${title}: no image has a label of ${attribute}.`)
  return grid([attribute, 'refused, %', 'genuine pairs', 'accepted, %', 'impostor pairs'], rows, {
    label: `Error rates by ${attribute}: ${title}`,
    caption: html`${title}, by ${attribute}.`,
  })
}

const shown = ({ errors, of, low, high }: Rate): string =>
  of === 0 ? '–' : `${percent(errors / of)} (${percent(low)} … ${percent(high)})`

const share = ({ errors, of }: Rate): string => (of === 0 ? '0' : `${count(errors)} of ${count(of)}`)
