import { type Html, html } from './page.ts'
import { count, counted, grid, list } from './parts.ts'
import type { ReportRun } from './report-input.ts'

/** The heading: one run by its name, several by how many. */
export function heading(runs: readonly ReportRun[]): string {
  const [first] = runs
  return runs.length === 1
    ? `${first!.name}: ${lossName(first!)} on ${first!.data.name}`
    : `${runs.length} runs side by side`
}

/** The protocols as they are called in a sentence. */
const protocolNames: Readonly<Record<string, string>> = {
  lfw: 'LFW',
  ytf: 'YTF',
  bin: 'the pairs of a .bin',
  'open-set': 'open-set search',
  megaface: 'MegaFace',
  ijbb: 'IJB-B',
  ijbc: 'IJB-C',
  distractors: 'search among distractors',
}

/** What was trained on what and proved how, in a few sentences. */
export function leadOf(runs: readonly ReportRun[]): string {
  const protocols = [
    ...new Set(
      runs.flatMap(({ evaluations }) =>
        evaluations.map(({ protocol }) => protocolNames[protocol] ?? protocol),
      ),
    ),
  ]
  const proved =
    protocols.length === 0
      ? 'No evaluation was found: nothing is known yet of people whom training never saw.'
      : `Proved on people outside the training set by ${list(protocols)}, as far as the lists keep them apart.`
  const [first] = runs
  if (runs.length > 1) {
    const losses = [...new Set(runs.map(lossName))]
    const data = [...new Set(runs.map(({ data: { name } }) => name))]
    return `Trained with ${list(losses)} on ${list(data)}. ${proved}`
  }
  const { data, settings, state } = first!
  const images =
    data.images === undefined || data.people === undefined
      ? ''
      : `, ${counted(data.images, 'image')} of ${counted(data.people, 'person', 'people')}`
  return `${networkOf(first!)} learnt from ${data.name}${images}, with ${lossName(first!)}, ${lengthOf(settings)}; ${state}. ${proved}`
}

/** A row a run: what it learnt from, with which network and loss, how far it came and where the loss ended. */
export function runsSection(runs: readonly ReportRun[]): Html {
  const rows = runs.map((run) => {
    const { name, data, settings, state, steps, seconds } = run
    return [
      name,
      lossName(run),
      networkOf(run),
      data.name,
      data.people === undefined ? '–' : count(data.people),
      data.images === undefined ? '–' : count(data.images),
      `${lengthOf(settings)}${steps === undefined ? '' : `, ${counted(steps, 'step')}`}`,
      state,
      lastLoss(run),
      ...(runs.some((other) => other.seconds !== undefined)
        ? [seconds === undefined ? '–' : `${seconds.toFixed(0)} s`]
        : []),
    ]
  })
  const head = [
    ...['run', 'loss', 'network', 'learnt from', 'people', 'images', 'length', 'state', 'last loss'],
    ...(rows[0]!.length > 9 ? ['training'] : []),
  ]
  return html`<section id="runs">
<h2>What was trained on what</h2>
${grid(head, rows, { label: 'Runs', words: true, caption: html`Last loss: the mean over the last twentieth of the steps.` })}
</section>`
}

const titles: Readonly<Record<string, string>> = {
  softmax: 'Softmax',
  nsl: 'NSL',
  'a-softmax': 'A-Softmax',
  lmcl: 'LMCL',
  arcface: 'ArcFace',
}

/** The loss with its margin, where it has one. */
export function lossName({ settings, lossOptions }: ReportRun): string {
  const loss = String(settings.loss ?? 'unknown loss')
  const { margin } = lossOptions
  return `${titles[loss] ?? loss}${typeof margin === 'number' ? ` (m = ${margin})` : ''}`
}

/** The network with what it takes and gives. */
export function networkOf({
  settings: { architecture = 'a network', width, dimensions, input },
}: ReportRun): string {
  const parts = [
    ...(width === undefined || width === 1 ? [] : [`width ${width}`]),
    ...(input === undefined ? [] : [String(input).replace('x', ' × ')]),
    ...(dimensions === undefined ? [] : [`${dimensions} dimensions`]),
  ]
  return `${architecture}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`
}

function lengthOf({ epochs, steps }: ReportRun['settings']): string {
  if (typeof epochs === 'number') return counted(epochs, 'epoch')
  return typeof steps === 'number' ? counted(steps, 'step') : 'of unknown length'
}

function lastLoss({ metrics: { loss } }: ReportRun): string {
  if (!loss || loss.steps.length === 0) return '–'
  const from = Math.floor(0.95 * (loss.values.length - 1))
  const last = Array.from(loss.values).slice(from).filter(Number.isFinite)
  return last.length === 0 ? 'no number' : (last.reduce((a, b) => a + b) / last.length).toFixed(3)
}
