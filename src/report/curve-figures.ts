import {
  cmcFigure,
  decadeBelow,
  detFigure,
  foldAccuracyFigure,
  rocFigure,
  scoreBinsFigure,
} from '../figures/index.ts'
import { hasAngles } from './angle-figures.ts'
import type { NamedEvaluation } from './evaluation-groups.ts'
import { type Html, html } from './page.ts'
import { counted, figure, legendRows } from './parts.ts'
import type { ReportCurve } from './report-input.ts'

const kinds = ['roc', 'det', 'cmc'] as const
type Kind = (typeof kinds)[number]

/** The curves, folds and scores of some evaluations: one figure a kind, the evaluations overlaid in it. */
export function curveFigures(evaluations: readonly NamedEvaluation[]): Html[] {
  const folds = evaluations.flatMap(({ label, facts: { accuracy, standardError, folds } }) =>
    typeof accuracy === 'number' && Array.isArray(folds) && folds.length > 1
      ? [{ name: label, accuracy, standardError: Number(standardError), folds: folds.map(Number) }]
      : [],
  )
  const [roc, det, cmc] = kinds.map((kind) => curveFigure(evaluations, kind, overlaid(evaluations, kind)))
  const parts = [...roc!]
  if (folds.length > 0)
    parts.push(
      figure(
        foldAccuracyFigure(folds, { height: Math.max(200, 84 + 44 * folds.length) }),
        folds.length > 1
          ? 'Each dot is a fold with people of its own. Where the bars overlap, the runs are hard to tell apart.'
          : 'Each dot is a fold with people of its own; the bar is the mean with one standard error to either side.',
      ),
    )
  return [
    ...parts,
    ...det!,
    ...cmc!,
    ...evaluations.flatMap((each) => scoreFigures(each, evaluations.length)),
  ]
}

/** At most so many names of curves have figures of their own. */
const mostOthers = 6

/**
 * Where several evaluations share the page and have several curves each, those that the overlaid figures leave out: a figure
 * for each name and kind, folded away on a screen.
 */
export function otherCurves(evaluations: readonly NamedEvaluation[]): Html {
  const drawn = kinds.flatMap((kind) => {
    const shown = overlaid(evaluations, kind)
    if (withCurves(evaluations, kind).length < 2) return []
    const left = new Map<string, ReportCurve[]>()
    for (const { label, curves } of withCurves(evaluations, kind))
      for (const curve of curves)
        if (!shown.some((each) => each.x === curve.x && each.y === curve.y))
          left.set(curve.name, [...(left.get(curve.name) ?? []), { ...curve, name: label }])
    return [...left].map(([name, curves]) => ({ kind, name, curves }))
  })
  if (drawn.length === 0) return html``
  const names = [...new Set(drawn.map(({ name }) => name))]
  const kept = names.slice(0, mostOthers)
  const figures = drawn
    .filter(({ name }) => kept.includes(name))
    .flatMap(({ kind, name, curves }) => curveFigure(evaluations, kind, curves, name))
  const rest =
    names.length > kept.length
      ? html`<p class="note">${counted(names.length - kept.length, 'further curve')} of each run, to be seen in a report of that run alone: ${names.slice(mostOthers).join(', ')}.</p>`
      : html``
  return html`<details>
<summary>The other curves: ${kept.join(', ')}</summary>
<div class="figures">
${figures}
</div>
${rest}
</details>`
}

function curveFigure(
  evaluations: readonly NamedEvaluation[],
  kind: Kind,
  curves: readonly ReportCurve[],
  name?: string,
): Html[] {
  if (curves.length === 0) return []
  const drawn = nameOfAll(evaluations, kind)
  const of = name ?? drawn
  const titled = (title: string) => (of === undefined ? title : `${title}: ${of}`)
  if (kind === 'roc')
    return [
      figure(
        rocFigure(
          curves.map(({ name: own, x, y }) => ({ name: own, fpr: x, tpr: y })),
          {
            title: titled('ROC over all pairs'),
            leastFar: decadeBelow(curves.map(({ x }) => x)),
            height: 340 + legendRows(curves),
          },
        ),
        'The higher, the better; the left end is what counts where a false accept is costly. Each step is a pair.',
      ),
    ]
  if (kind === 'cmc')
    return [
      figure(
        cmcFigure(curves, { title: titled('Mates found by rank (CMC)'), height: 340 + legendRows(curves) }),
        'The share of searches whose mate is found at a rank or before it.',
      ),
    ]
  const labels = evaluations.find(({ det }) => det)?.detLabels
  return [
    figure(
      detFigure(curves, {
        title: titled('Errors against each other (DET)'),
        height: 380 + legendRows(curves),
        ...(labels && { labels }),
      }),
      'The nearer to the lower left corner, the better.',
    ),
  ]
}

/** Histograms of scores; of pairs alone where their angles are shown instead. */
function scoreFigures(evaluation: NamedEvaluation, of: number): Html[] {
  const { label, scores, searchScores } = evaluation
  const shown = [
    { what: 'Scores', scores: hasAngles(evaluation) ? undefined : scores },
    { what: 'Scores of searches', scores: searchScores },
  ]
  return shown.flatMap(({ what, scores: counted }) => {
    if (counted === undefined) return []
    const { note } = counted
    const isSearch = what !== 'Scores'
    const title = of > 1 ? `${label}${isSearch ? ': searches' : ''}` : what
    const about = isSearch
      ? ' Of one person: the mate of a search; of two: the best candidate where there is no mate.'
      : ''
    const caption = `The less the two overlap, the better.${about}${note === undefined ? '' : ` Shown: ${note}.`}`
    return [figure(scoreBinsFigure(counted, { title }), caption)]
  })
}

function withCurves(
  evaluations: readonly NamedEvaluation[],
  kind: Kind,
): { label: string; curves: readonly ReportCurve[]; head: ReportCurve }[] {
  return evaluations.flatMap((evaluation) => {
    const { label, facts, [kind]: curves = [] } = evaluation
    return curves.length > 0 ? [{ label, curves, head: headOf(curves, facts.variant) }] : []
  })
}

/** One evaluation shows all curves that it has; of several each shows its first, under the run's name. */
function overlaid(evaluations: readonly NamedEvaluation[], kind: Kind): ReportCurve[] {
  const has = withCurves(evaluations, kind)
  const [only] = has
  if (has.length === 1 && only)
    return only.curves.map((curve) => (only.curves.length === 1 ? { ...curve, name: only.label } : curve))
  return has.map(({ label, head }) => ({ ...head, name: label }))
}

/** What the overlaid curves are called in their own evaluations, where that is one name and not their only one. */
function nameOfAll(evaluations: readonly NamedEvaluation[], kind: Kind): string | undefined {
  const has = withCurves(evaluations, kind)
  const names = new Set(has.map(({ head }) => head.name))
  return has.length > 1 && names.size === 1 && has.some(({ curves }) => curves.length > 1)
    ? [...names][0]
    : undefined
}

/** That of the variant that the numbers are of; else that of the most distractors, where they are named for them; else the first. */
function headOf(curves: readonly ReportCurve[], variant: unknown): ReportCurve {
  const size = ({ name }: ReportCurve) => Number(/^\d+/.exec(name)?.[0] ?? 0)
  return (
    curves.find(({ name }) => name === variant) ??
    curves.reduce((best, curve) => (size(curve) > size(best) ? curve : best))
  )
}
