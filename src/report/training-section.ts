import { type FaceRow, lossCurvesFigure, sampleFacesFigure } from '../figures/index.ts'
import { lineChart } from '../figures/line-chart.ts'
import { type Html, html } from './page.ts'
import { count, counted, figure, legendRows } from './parts.ts'
import type { ReportRun } from './report-input.ts'
import { thinMetric } from './thin-metric.ts'

/** How training went: the loss, how often the right person came first, the rate, and λ where a loss has one. */
export function trainingSection(
  runs: readonly ReportRun[],
  {
    faces = [],
    faceAspect = 112 / 96,
  }: { readonly faces?: readonly FaceRow[]; readonly faceAspect?: number } = {},
): Html {
  const figures = [lossFigure(runs), ...charts.flatMap((chart) => chartFigure(runs, chart))]
  if (faces.length > 0)
    figures.push(
      figure(
        sampleFacesFigure(faces, { title: 'Sample faces', aspect: faceAspect }),
        'Rendered, of nobody: shape, tone, features and hair belong to the person; pose, light, expression, occlusion, blur and noise to the picture.',
      ),
    )
  return html`<section id="training">
<h2>Training</h2>
${skippedNotes(runs)}
<div class="figures">
${figures}
</div>
</section>`
}

function lossFigure(runs: readonly ReportRun[]): Html {
  const [first] = runs
  const people = first?.data.people
  const isShared = people !== undefined && runs.every(({ data }) => data.people === people)
  const losses = runs.map(({ name, metrics: { loss } }) => {
    const { steps, values } = thinMetric(loss ?? { steps: [], values: [] })
    return { name, points: steps.map((step, i) => ({ step: Math.round(step), loss: values[i]! })) }
  })
  return figure(
    lossCurvesFigure(losses, {
      title: 'Loss while training',
      height: 320 + legendRows(losses),
      ...(isShared && { classes: people }),
    }),
    runs.length > 1
      ? 'Smoothed. Losses may measure different things (a margin makes the task harder, a scale stretches the loss), so the curves show that each run learns, not which is better. A run that rests at ln C guesses.'
      : 'Smoothed. A run that rests at ln C guesses: it has learnt nothing.',
  )
}

interface Chart {
  readonly metric: string
  readonly title: string
  readonly label: string
  readonly scale?: number
  readonly isLog?: boolean
  readonly caption: string
  readonly words: string
}

const charts: readonly Chart[] = [
  {
    metric: 'accuracy',
    title: 'Right person first, while training',
    label: 'images of a batch, %',
    scale: 100,
    caption:
      'The share of a batch whose own person scores highest, of people learnt from: it says that training works, not how well strangers are told apart.',
    words: 'Share of the training images whose own person scores highest',
  },
  {
    metric: 'cosine',
    title: 'Cosine with the own prototype, while training',
    label: 'mean cosine',
    caption: 'How near an image comes to the direction of its person.',
    words: 'Mean cosine of a training image with the direction of its person',
  },
  {
    metric: 'rate',
    title: 'Learning rate',
    label: 'learning rate',
    isLog: true,
    caption: 'As the schedule set it.',
    words: 'Learning rate',
  },
  {
    metric: 'lambda',
    title: 'λ of A-Softmax',
    label: 'λ',
    isLog: true,
    caption: 'How much plain softmax is still mixed in: the margin comes in as λ falls.',
    words: 'λ, the weight of plain softmax',
  },
]

function chartFigure(
  runs: readonly ReportRun[],
  { metric, title, label, scale = 1, isLog = false, caption, words }: Chart,
): Html[] {
  const lines = runs.flatMap(({ name, metrics }) => {
    const found = metrics[metric]
    if (!found) return []
    const { steps, values } = thinMetric(found)
    // A logarithm has no place for 0: a warm-up begins there.
    const kept = values.map((value, i) => [steps[i]!, scale * value] as const)
    const shown = isLog ? kept.filter(([, value]) => value > 0) : kept
    return shown.length === 0 ? [] : [{ name, x: shown.map(([x]) => x), y: shown.map(([, y]) => y) }]
  })
  if (lines.length === 0) return []
  const all = lines.flatMap(({ y }) => y)
  const [low, high] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))]
  // A rate that never changes needs no picture; it stands among the settings.
  if (metric === 'rate' && low === high) return []
  const digits = (value: number) => Number(value.toPrecision(3))
  const said = lines.map(
    ({ name, x, y }) =>
      `${name}: from ${digits(y[0]!)} to ${digits(y.at(-1)!)} at step ${Math.round(x.at(-1)!)}.`,
  )
  return [
    figure(
      lineChart(lines, {
        title,
        height: 320 + legendRows(lines),
        description: `${words} against the step. ${said.join(' ')}`,
        labels: { x: 'step', y: label },
        xDomain: [0, lines.reduce((most, { x }) => Math.max(most, x.at(-1)!), 1)],
        ...(metric === 'accuracy' && { yDomain: [0, 100] as const }),
        ...(isLog && {
          yType: 'log' as const,
          yTicks: decadesBetween(low, high),
          yDomain: [low === high ? low / 2 : low / 1.15, high * 1.15] as const,
          yFormat: (value: number) => String(Number(value.toPrecision(3))),
        }),
      }),
      caption,
    ),
  ]
}

/** The powers of ten within a range, and its ends where there are fewer than two. */
function decadesBetween(low: number, high: number): number[] {
  const ticks: number[] = []
  for (let e = Math.ceil(Math.log10(low) - 1e-9); e <= Math.log10(high) + 1e-9; e++) ticks.push(10 ** e)
  return ticks.length >= 2 ? ticks : [...new Set([low, high])]
}

/** Says of each run how many losses were no number, for they are not drawn. */
function skippedNotes(runs: readonly ReportRun[]): Html[] {
  return runs.flatMap(({ name, metrics: { loss } }) => {
    if (!loss || loss.steps.length === 0)
      return [html`<p class="note">${name}: the run's folder holds no losses of its steps.</p>`]
    const { skipped } = thinMetric(loss)
    return skipped === 0
      ? []
      : [
          html`<p class="warning"><strong>${name}: the loss of ${counted(skipped, 'step')} of ${count(loss.steps.length)} was no finite number and is not drawn.</strong></p>`,
        ]
  })
}
