import { degreesOfScore, hasAngles } from './angle-figures.ts'
import type { EvaluationGroup, NamedEvaluation } from './evaluation-groups.ts'
import { type Html, html } from './page.ts'
import { breakable, count, counted, grid, scroll } from './parts.ts'
import type { ReportPair } from './report-input.ts'

/** The errors of a verification, those furthest beyond their thresholds first. */
export interface WorstErrors {
  /** Pairs of two people taken for one. */
  readonly accepted: readonly ReportPair[]
  /** Pairs of one person taken for two. */
  readonly refused: readonly ReportPair[]
  /** How many there are in all. */
  readonly acceptedCount: number
  readonly refusedCount: number
  /** Pairs with no score or no threshold that is a number: they lie nowhere beside it, and are in no list and no count. */
  readonly unscored: number
}

/** Finds the errors of judged pairs. Ties keep the order of the list. */
export function worstErrors(
  pairs: readonly ReportPair[],
  { variant, most = 10 }: { readonly variant: unknown; readonly most?: number },
): WorstErrors {
  // The variant `insightface` keeps thresholds as squared distances.
  const beyond = ({ score, threshold }: ReportPair) =>
    Math.abs(score - (variant === 'insightface' ? -threshold : threshold))
  const scored = pairs.filter(isScored)
  const errors = scored
    .filter(({ same, accepted }) => same !== accepted)
    .toSorted((a, b) => beyond(b) - beyond(a))
  const [accepted, refused] = [false, true].map((same) => errors.filter((pair) => pair.same === same))
  return {
    accepted: accepted!.slice(0, most),
    refused: refused!.slice(0, most),
    acceptedCount: accepted!.length,
    refusedCount: refused!.length,
    unscored: pairs.length - scored.length,
  }
}

/** Whether a pair has a place beside its threshold: NaN is on neither side of it, and would be sorted anywhere. */
export const isScored = ({ score, threshold }: ReportPair): boolean => Number.isFinite(score - threshold)

/** The names of all images that the section will show, for whoever fetches their pictures. */
export function worstImages(groups: readonly EvaluationGroup[]): Set<string> {
  return new Set(
    groups.flatMap(({ evaluations }) =>
      evaluations.flatMap(({ pairs = [], facts: { variant } }) => {
        const { accepted, refused } = worstErrors(pairs, { variant, most: mostOf(evaluations) })
        return [...accepted, ...refused].flatMap(({ left, right }) => [left, right])
      }),
    ),
  )
}

/** Fewer of each where many runs share the page. */
const mostOf = (evaluations: readonly unknown[]): number =>
  evaluations.length === 1 ? 10 : evaluations.length < 5 ? 5 : 3

/** The worst errors of each run, and the people who are in most errors; pictures only where they are given. */
export function worstErrorsSection(
  groups: readonly EvaluationGroup[],
  { pictures }: { readonly pictures?: ReadonlyMap<string, string> | undefined } = {},
): Html {
  const judged = groups.filter(({ evaluations }) =>
    evaluations.some(({ pairs }) => pairs && pairs.length > 0),
  )
  if (judged.length === 0) return html``
  return html`<section id="errors">
<h2>Worst errors</h2>
<p>The pairs that were judged wrongly by the greatest distance from the threshold. Some are wrong in the list: look before you blame the model.</p>
${judged.map(
  ({ title, evaluations }) => html`<h3>${title}</h3>
${evaluations.map((evaluation) => ofEvaluation(evaluation, { most: mostOf(evaluations), several: evaluations.length > 1, pictures }))}`,
)}
</section>`
}

function ofEvaluation(
  evaluation: NamedEvaluation,
  {
    most,
    several,
    pictures,
  }: {
    readonly most: number
    readonly several: boolean
    readonly pictures: ReadonlyMap<string, string> | undefined
  },
): Html {
  const { label, facts, pairs = [] } = evaluation
  if (pairs.length === 0) return html``
  const found = worstErrors(pairs, { variant: facts.variant, most })
  const name = several ? `${label}: ` : ''
  const kinds = [
    { title: 'Two people taken for one', errors: found.accepted, all: found.acceptedCount },
    { title: 'One person taken for two', errors: found.refused, all: found.refusedCount },
  ]
  return html`<div class="figures tables">
${kinds.map(({ title, errors, all }) => {
  const head = `${name}${title}`
  if (errors.length === 0) return html`<div><h4>${head}</h4><p class="note">None.</p></div>`
  const caption = `${errors.length === all ? `All ${count(all)}` : `The worst ${errors.length} of ${count(all)}`}.`
  return html`<div><h4>${head}</h4>
${pictures === undefined ? named(evaluation, errors, head) : pictured(evaluation, errors, { pictures, head })}
<p class="note">${caption}</p></div>`
})}
</div>
${found.unscored === 0 ? '' : html`<p class="note">${name}${counted(found.unscored, 'pair')} of ${count(pairs.length)} without a score that is a number, left out here.</p>`}
${hardest(pairs.filter(isScored), name)}`
}

/** Score and threshold as they are read: angles where scores are cosines. */
function places(evaluation: NamedEvaluation, { score, threshold }: ReportPair): [string, string] {
  const { variant } = evaluation.facts
  if (!hasAngles(evaluation)) return [score.toFixed(3), threshold.toFixed(3)]
  const limit = variant === 'insightface' ? -threshold : threshold
  return [score, limit].map((value) => `${degreesOfScore(value, variant).toFixed(1)}°`) as [string, string]
}

function named(evaluation: NamedEvaluation, errors: readonly ReportPair[], label: string): Html {
  const unit = hasAngles(evaluation) ? 'angle' : 'score'
  return grid(
    ['pair', unit, 'threshold'],
    errors.map((pair) => [`${pair.left} · ${pair.right}`, ...places(evaluation, pair)]),
    { label },
  )
}

function pictured(
  evaluation: NamedEvaluation,
  errors: readonly ReportPair[],
  { pictures, head }: { readonly pictures: ReadonlyMap<string, string>; readonly head: string },
): Html {
  const picture = (name: string) => {
    const data = pictures.get(name)
    return data === undefined
      ? html`<span class="no-picture">no picture</span>`
      : html`<img src="${data}" alt="${name}" width="72" height="84">`
  }
  const items = errors.map((pair) => {
    const [place, threshold] = places(evaluation, pair)
    return html`<li>${picture(pair.left)}${picture(pair.right)}<span>${breakable(pair.left)}<br>${breakable(pair.right)}<br>${place}, threshold ${threshold}</span></li>
`
  })
  return scroll(head, html`<ul class="pairs">${items}</ul>`)
}

/** Who is in most errors, by the folder of the images. */
function hardest(pairs: readonly ReportPair[], name: string): Html {
  const people = new Map<string, { errors: number; pairs: number }>()
  for (const { left, right, same, accepted } of pairs)
    for (const person of new Set([personOf(left), personOf(right)])) {
      if (person === undefined) return html``
      const tally = people.get(person) ?? { errors: 0, pairs: 0 }
      people.set(person, tally)
      tally.pairs++
      if (same !== accepted) tally.errors++
    }
  const most = [...people]
    .filter(([, { errors }]) => errors > 1)
    .sort(([, a], [, b]) => b.errors - a.errors || a.pairs - b.pairs)
    .slice(0, 5)
  if (most.length === 0) return html``
  const said = most.map(
    ([person, { errors, pairs: all }]) => `${person} (${errors} of ${counted(all, 'pair')})`,
  )
  return html`<p class="note">${name === '' ? 'In' : `${name}in`} most errors: ${said.join(', ')}.</p>`
}

const personOf = (image: string): string | undefined => {
  const slash = image.lastIndexOf('/')
  return slash > 0 ? image.slice(0, slash) : undefined
}
