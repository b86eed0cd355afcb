import {
  cmcFigure,
  decadeBelow,
  detFigure,
  rocFigure,
  type ScoreSample,
  scoreBins,
  scoreBinsFigure,
  standalone,
} from '../../figures/index.ts'

/** A line of a figure: its name, and its points in order. */
export interface Curve {
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/** What an evaluation draws. */
export interface EvaluationCurves {
  /** x false accept rate, y true accept rate, both rising. */
  readonly roc?: readonly Curve[]
  /** x false match (or positive identification) rate, y false non-match (or negative identification) rate; in either order. */
  readonly det?: readonly Curve[]
  /** What the axes of `det` measure. */
  readonly detLabels?: { readonly x: string; readonly y: string }
  /** x rank from 1, rising, y share found at that rank or a better one. */
  readonly cmc?: readonly Curve[]
  /** Scores of pairs. */
  readonly scores?: ScoreCurve
  /** Scores of searches: of mates, and of the best candidate where there is none. */
  readonly searchScores?: ScoreCurve
}

/** Scores of two kinds, and what of them is shown where that is not all. */
export interface ScoreCurve extends ScoreSample {
  readonly note?: string
}

export interface CurveFilesOptions {
  /** What the figures are of. */
  readonly title: string
  /** What must be said wherever the numbers stand. */
  readonly notice?: string | undefined
}

/**
 * Each kind of curve as a CSV and as two SVGs (`roc.csv`, `roc.svg`, `roc-dark.svg`), by name. Numbers in a CSV are the
 * shortest that read back to the same float64; the scores are counted in bins.
 */
export function curveFiles(
  { roc, det, detLabels, cmc, scores, searchScores }: EvaluationCurves,
  { title, notice }: CurveFilesOptions,
): Record<string, string> {
  const files: Record<string, string> = {}
  const add = (
    kind: string,
    columns: readonly string[],
    rows: Iterable<string>,
    svg: string,
    note?: string,
  ): void => {
    const notes = [notice, note].filter((text) => text !== undefined).join('; ')
    const head = [...(notes === '' ? [] : [`# ${notes}`]), columns.join(',')]
    files[`${kind}.csv`] = `${[...head, ...rows].join('\n')}\n`
    files[`${kind}.svg`] = standalone(svg, 'light')
    files[`${kind}-dark.svg`] = standalone(svg, 'dark')
  }
  const titleOf = (what: string): string => `${title}: ${what}${notice === undefined ? '' : ` (${notice})`}`
  if (roc)
    add(
      'roc',
      ['curve', 'false_accept_rate', 'true_accept_rate'],
      rowsOf(roc),
      rocFigure(
        roc.map(({ name, x, y }) => ({ name, fpr: x, tpr: y })),
        { title: titleOf('ROC'), leastFar: decadeBelow(roc.map(({ x }) => x)) },
      ),
    )
  if (det) {
    const labels = detLabels ?? { x: 'false match rate', y: 'false non-match rate' }
    add(
      'det',
      ['curve', ...[labels.x, labels.y].map((label) => label.replaceAll(/[^A-Za-z0-9]+/g, '_'))],
      rowsOf(det),
      detFigure(det, { title: titleOf('DET'), labels }),
    )
  }
  if (cmc) add('cmc', ['curve', 'rank', 'found'], rowsOf(cmc), cmcFigure(cmc, { title: titleOf('CMC') }))
  for (const [kind, what, sample] of [
    ['scores', 'scores', scores],
    ['search-scores', 'scores of searches', searchScores],
  ] as const) {
    if (!sample) continue
    const counted = scoreBins(sample)
    const { start, width, genuine, impostor } = counted
    const rows = Array.from(
      genuine,
      (count, i) => `${start + i * width},${start + (i + 1) * width},${count},${impostor[i]}`,
    )
    const label = sample.note === undefined ? 'score' : `score, ${sample.note}`
    const svg = scoreBinsFigure(counted, { title: titleOf(what), label })
    add(kind, ['from', 'to', 'genuine', 'impostor'], rows, svg, sample.note)
  }
  return files
}

function* rowsOf(curves: readonly Curve[]): Generator<string> {
  for (const { name, x, y } of curves) {
    const field = /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
    for (let i = 0; i < x.length; i++) yield `${field},${x[i]},${y[i]}`
  }
}
