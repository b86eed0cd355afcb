import { UsageError } from '../../errors.ts'
import { lineChart } from '../../figures/line-chart.ts'
import { lossCurvesFigure, movingMean, stepText, stepTicks } from '../../figures/loss-curves-figure.ts'
import { panels } from '../../figures/panels.ts'
import { type ReadRun, readRun } from '../report/read-run.ts'
import { distinctNames } from './distinct-names.ts'
import { csvText, figureEntry } from './figure-entry.ts'

const shown = { accuracy: 'accuracy, %', cosine: 'mean cosine to the own prototype', rate: 'learning rate' }

/** Loss, accuracy and what else a run's metrics hold, of one or more runs over one another. */
export const curvesEntry = figureEntry({
  name: 'curves',
  shows: 'loss, accuracy, cosine to the own prototype and learning rate of runs, by step',
  addOptions: (command) => command.argument('<runs...>', 'folders of runs'),
  draw: async ({ args, look: { title = 'Training', width } }) => {
    const names = distinctNames(args)
    const runs = (await Promise.all(args.map(readRun))).map((run, i) => ({ ...run, name: names[i]! }))
    const empty = runs.find(({ metrics }) => !metrics.loss)
    if (empty) throw new UsageError(`curves: expected a run with metrics, got ${empty.path}`)
    const size = { width: 440, height: 300 }
    const people = [...new Set(runs.map(({ data }) => data.people))]
    const loss = lossCurvesFigure(
      runs.map(({ name, metrics }) => ({ name, points: pointsOf(metrics.loss!) })),
      {
        ...size,
        title: 'Loss',
        ...(people.length === 1 && people[0] !== undefined && { classes: people[0] }),
      },
    )
    const others = Object.entries(shown).flatMap(([metric, label]) => chartOf(runs, { metric, label, size }))
    const skipped = runs.flatMap(({ name, metrics }) => {
      const count = Array.from(metrics.loss!.values).filter((value) => !Number.isFinite(value)).length
      return count > 0 ? [`${name}: ${count} steps whose loss is no number are left out`] : []
    })
    return {
      svg: panels([loss, ...others], { title, ...(width !== undefined && { width }) }),
      csv: csvText(
        ['run', 'metric', 'step', 'value'],
        runs.flatMap(({ name, metrics }) =>
          Object.entries(metrics).flatMap(([metric, { steps, values }]) =>
            Array.from(steps, (step, i) => [name, metric, step, values[i]]),
          ),
        ),
      ),
      notes: skipped,
    }
  },
})

type Metric = ReadRun['metrics'][string]

const pointsOf = ({ steps, values }: Metric) => Array.from(steps, (step, i) => ({ step, loss: values[i]! }))

/** A chart of one metric, smoothed as the loss is; none where no run has it. */
function chartOf(
  runs: readonly ReadRun[],
  {
    metric,
    label,
    size,
  }: {
    readonly metric: string
    readonly label: string
    readonly size: { readonly width: number; readonly height: number }
  },
): string[] {
  const factor = metric === 'accuracy' ? 100 : 1
  const lines = runs.flatMap(({ name, metrics }) => {
    const own = metrics[metric]
    if (!own) return []
    const smooth = movingMean(
      pointsOf(own),
      metric === 'rate' ? 1 : Math.max(1, Math.round(own.steps.length / 50)),
    )
    return [{ name, x: smooth.map(({ step }) => step), y: smooth.map(({ loss }) => factor * loss) }]
  })
  if (lines.length === 0) return []
  const steps = Math.max(1, ...lines.map(({ x }) => x.at(-1) ?? 1))
  const ticks = stepTicks(steps)
  const ends = lines.map(({ name, y }) =>
    y.length === 0 ? `${name}: no points.` : `${name}: ${Number(y.at(-1)!.toPrecision(3))} at the end.`,
  )
  return [
    lineChart(lines, {
      ...size,
      title: label[0]!.toUpperCase() + label.slice(1).replace(', %', ''),
      description: ends.join(' '),
      labels: { x: 'step', y: label },
      xDomain: [0, steps],
      ...(Array.isArray(ticks) && { xTicks: ticks }),
      xFormat: stepText,
      yDomain: rangeOf(
        metric,
        lines.flatMap(({ y }) => y),
      ),
    }),
  ]
}

/** Shares have all of their range, a cosine what is above 0 of it, a rate begins at 0. */
function rangeOf(metric: string, values: readonly number[]): readonly [number, number] {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b), 0), values.reduce((a, b) => Math.max(a, b), 0)]
  if (metric === 'accuracy') return [0, 100]
  return metric === 'cosine' ? [low, 1] : [low, 1.06 * high || 1]
}
