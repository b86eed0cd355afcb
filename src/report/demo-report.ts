import { UsageError } from '../errors.ts'
import type { Verification } from '../evaluate/index.ts'
import { roc } from '../evaluate/index.ts'
import {
  angleHistogramFigure,
  binShares,
  foldAccuracyFigure,
  lossCurvesFigure,
  rocFigure,
  sampleFacesFigure,
} from '../figures/index.ts'
import { degreesOfCosine } from '../math/angle.ts'
import { deviation, mean } from '../math/sum.ts'
import type { DemoReportInput, LossReport, Settings } from './demo-input.ts'
import { demoMeasures } from './demo-measures.ts'
import { type Html, html, inlineSvg, page } from './page.ts'
import { style } from './style.ts'

/**
 * The report of the main job as one HTML page that stands alone: no script, no request, readable on a phone and on paper.
 * @throws UsageError without losses
 */
export function demoReport(input: DemoReportInput): string {
  const { losses } = input
  if (losses.length === 0) throw new UsageError('demoReport: expected one loss or more, got 0')
  const body = html`<header>
<h1>${inWords(losses.length)} ${losses.length === 1 ? 'loss' : 'losses'}, proved on people never seen</h1>
<p class="lead">${story(input)}</p>
</header>
<main>
${results(input)}
${curves(losses)}
${angles(losses)}
${training(input)}
${settings(input)}
</main>`
  return page({ title: `Steradian: ${losses.map(({ name }) => name).join(', ')}`, style, body })
}

/** What was done, in three sentences. */
function story({ losses, training, testing, distractors, seed }: DemoReportInput): string {
  const { pairs, folds } = losses[0]!.result
  return [
    `From seed ${seed}, synthetic faces were rendered of ${count(training.people)} people to learn from (${count(training.images)} images), and of ${count(testing.people)} others to test on (${count(testing.images)} images).`,
    `The same network was trained with ${list(losses.map(({ name }) => name))}; its last layer, which knows the people it learnt from, was then thrown away.`,
    `What is left turns a face into a direction, and the angle between two directions decides whether two faces are one person: on ${count(pairs)} pairs in ${folds.length} folds by the rule of LFW, and in search among ${count(distractors.images)} images of ${count(distractors.people)} more people.`,
  ].join(' ')
}

function results({ losses }: DemoReportInput): Html {
  const impostors = losses[0]!.same.filter((label) => label === 0).length
  const { identification, amongDistractors } = losses[0]!
  return html`<section>
<h2>Results</h2>
<div class="scroll">${grid(
    ['', ...losses.map(({ name }) => name)],
    demoMeasures(losses).map(({ name, values }) => [name, ...values]),
    html`<caption>Accuracy: the mean over the folds ± its standard error; each fold is judged by the threshold that was best on the others. TAR at a FAR: the share of genuine pairs accepted where at most that share of the ${count(impostors)} impostor pairs is. Rank-1: how often, over ${count(identification.ranks.length)} ordered pairs of a probe and its mate, none of ${count(identification.distractors)} distractors comes before the mate. TAR among distractors: ${count(amongDistractors.genuinePairs)} genuine pairs against ${count(amongDistractors.impostorPairs)} pairs of a probe and a distractor.</caption>`,
  )}</div>
${comparison(losses)}
</section>`
}

/** Says how far the two best are apart beside the spread of that difference over the folds, so that nobody reads more into the order than it holds. */
function comparison(losses: readonly LossReport[]): Html {
  const [first, second] = losses.toSorted((a, b) => b.result.accuracy - a.result.accuracy)
  if (first === undefined || second === undefined) return html``
  const differences = first.result.folds.map((accuracy, k) => accuracy - second.result.folds[k]!)
  const apart = mean(differences)
  const error = deviation(differences) / Math.sqrt(differences.length)
  const points = (share: number) => (100 * share).toFixed(1)
  const verdict = apart > 2 * error ? 'more than twice' : 'less than twice'
  return html`<p class="note">The two highest accuracies, of ${first.name} and ${second.name}, lie ${points(apart)} points apart, ${verdict} the standard error of their difference over the folds (${points(error)}). One seed is one sample besides: another start can change the order of losses that lie close.</p>`
}

function curves(losses: readonly LossReport[]): Html {
  const rocs = losses.map(({ name, scores, same }) => ({ name, ...roc(scores, same) }))
  const rows = losses.map(({ name, result }) => ({ ...result, name }))
  return html`<section>
<h2>Verification</h2>
<div class="figures">
${figure(
  rocFigure(rocs, { title: 'ROC over all pairs' }),
  'The higher, the better; the left end is what counts where a false accept is costly. Each step is a pair.',
)}
${figure(
  foldAccuracyFigure(rows, { height: 340 }),
  'Each dot is a fold with people of its own. Where the bars overlap, the losses are hard to tell apart.',
)}
</div>
</section>`
}

/** One histogram a loss, all on the same axes. */
function angles(losses: readonly LossReport[]): Html {
  const samples = losses.map(({ name, result, scores, same }) => {
    const degrees = scores.map((score) => degreesOfScore(score, result))
    return {
      name,
      genuine: degrees.filter((_, i) => same[i] === 1),
      impostor: degrees.filter((_, i) => same[i] === 0),
      thresholdDegrees: degreesOfScore(scoreOfThreshold(result), result),
    }
  })
  const all = samples.flatMap(({ genuine, impostor }) => [...genuine, ...impostor])
  const domainDegrees = [
    12 * Math.floor(all.reduce((a, b) => Math.min(a, b), 168) / 12),
    12 * Math.ceil(all.reduce((a, b) => Math.max(a, b), 12) / 12),
  ] as const
  const binDegrees = 3
  const highest = samples.flatMap(({ genuine, impostor }) =>
    [genuine, impostor].flatMap((kind) => [...binShares(kind, { domainDegrees, binDegrees })]),
  )
  const highestShare = 1.12 * Math.max(...highest)
  return html`<section>
<h2>Angles</h2>
<p>A good embedding turns the pictures of one person close together and different people far apart. The threshold is the mean of those that the folds chose.</p>
<div class="figures">
${samples.map(({ name, genuine, impostor, thresholdDegrees }) =>
  figure(
    angleHistogramFigure(
      { genuine, impostor },
      { title: name, thresholdDegrees, domainDegrees, binDegrees, highestShare },
    ),
    `${count(countWhere(genuine, (angle) => angle >= thresholdDegrees))} of ${count(genuine.length)} genuine pairs lie beyond the threshold, ${count(countWhere(impostor, (angle) => angle < thresholdDegrees))} of ${count(impostor.length)} impostor pairs before it.`,
  ),
)}
</div>
</section>`
}

function countWhere(angles: Float64Array, holds: (angle: number) => boolean): number {
  return angles.filter(holds).length
}

/** The mean threshold of the folds as a score; the variant `insightface` keeps thresholds as squared distances. */
function scoreOfThreshold({ thresholds, variant }: Verification): number {
  return variant === 'insightface' ? -mean(thresholds) : mean(thresholds)
}

/** The angle that a score stands for: scores are cosines, but negative squared distances, 2 cos − 2, for `insightface`. */
function degreesOfScore(score: number, { variant }: Verification): number {
  return degreesOfCosine(variant === 'insightface' ? 1 + score / 2 : score)
}

function training({ losses, training: { people }, faces, faceAspect = 112 / 96 }: DemoReportInput): Html {
  const runs = losses.map(({ name, lossCurve }) => ({ name, points: lossCurve }))
  return html`<section>
<h2>Training</h2>
<div class="figures">
${figure(
  lossCurvesFigure(runs, { title: 'Loss while training', classes: people }),
  'Smoothed. The losses measure different things (a margin makes the task harder, a scale stretches the loss), so the curves show that each run learns, not which is better. A run that rests at ln C guesses.',
)}
${
  faces.length === 0
    ? html``
    : figure(
        sampleFacesFigure(faces, { title: 'Sample faces', aspect: faceAspect }),
        'Rendered, of nobody: shape, tone, features and hair belong to the person; pose, light, expression, occlusion, blur and noise to the picture.',
      )
}
</div>
</section>`
}

function settings({ losses, settings: shared, versions, seed, seconds }: DemoReportInput): Html {
  const keys = [...new Set(losses.flatMap((loss) => Object.keys(loss.settings)))]
  const own = keys.map((key) => [key, ...losses.map((loss) => value(loss.settings, key))])
  const common = Object.keys(shared).map((key) => [key, value(shared, key)])
  const about = [
    ['seed', String(seed)],
    ...Object.entries(versions),
    ['rule of LFW', `variant ${losses[0]!.result.variant}`],
    ['time in all', `${seconds.toFixed(0)} s`],
  ]
  return html`<section>
<h2>Settings</h2>
<div class="scroll">${grid(['of each loss', ...losses.map(({ name }) => name)], own)}</div>
<div class="figures tables">
<div class="scroll">${grid(['of all', ''], common)}</div>
<div class="scroll">${grid(['versions and seed', ''], about)}</div>
</div>
<p class="note">The same seed gives the same numbers on the same machine.</p>
</section>`
}

function value(from: Settings, key: string): string {
  return Object.hasOwn(from, key) ? String(from[key]) : '–'
}

/** A table whose first row and first column are heads. */
function grid(head: readonly string[], rows: readonly (readonly string[])[], caption: Html = html``): Html {
  return html`<table>
${caption}
<thead><tr>${head.map((text, k) => (k === 0 && text === '' ? html`<td></td>` : html`<th scope="col">${text}</th>`))}</tr></thead>
<tbody>
${rows.map(
  (
    [name, ...cells],
    i,
  ) => html`<tr${i === 0 && head[0] === '' ? html` class="first"` : ''}><th scope="row">${name!.replace(', %', ',\u00a0%')}</th>${cells.map((text) => cell(text))}</tr>
`,
)}</tbody>
</table>`
}

function figure(svg: string, caption: string): Html {
  return html`<figure>${inlineSvg(svg)}<figcaption>${caption}</figcaption></figure>`
}

/** A cell; an error after its value goes to a line of its own where both have no room. */
function cell(text: string): Html {
  const [value, error] = text.split(' ± ')
  return error === undefined ? html`<td>${text}</td>` : html`<td>${value!} <span>± ${error}</span></td>`
}

/** A count with its thousands marked. */
function count(n: number): string {
  return n.toLocaleString('en')
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** A small number as a word, to open a heading. */
function inWords(n: number): string {
  return ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight'][n] ?? String(n)
}
