import { type Html, html } from './page.ts'
import { grid } from './parts.ts'
import type { ReportInput, ReportRun, Settings } from './report-input.ts'

/** What made the numbers: settings, versions, and how to have them again. */
export function settingsSection({ runs, versions, seconds }: ReportInput): Html {
  const all = runs.map(({ settings, lossOptions }): Settings => ({ ...settings, ...lossOptions }))
  const keys = [...new Set(all.flatMap(Object.keys))]
  const isShared = (key: string) => all.every((one) => value(one, key) === value(all[0]!, key))
  const own = keys.filter((key) => !isShared(key)).map((key) => [key, ...all.map((one) => value(one, key))])
  const common = keys.filter(isShared).map((key) => [key, value(all[0]!, key)])
  const about = [
    ...Object.entries(versions),
    ...(seconds === undefined ? [] : [['time in all', `${seconds.toFixed(0)} s`]]),
  ]
  const names = runs.map(({ name }) => name)
  return html`<section id="settings">
<h2>Settings and versions</h2>
${own.length > 0 ? grid(['of each run', ...names], own, { label: 'Settings of each run' }) : html``}
<div class="figures tables">
${common.length > 0 ? grid([runs.length > 1 ? 'of all' : 'settings', 'value'], common, { label: 'Settings of all runs' }) : html``}
<div>
${madeWith(runs)}
${grid(['this report', 'value'], about, { label: 'What wrote this report' })}
</div>
</div>
<p class="note">The same settings and seed on the same images give the same numbers on the same machine with the same versions and number of threads.</p>
</section>`
}

/** Versions, threads and files of the runs. */
function madeWith(runs: readonly ReportRun[]): Html {
  const keys = [...new Set(runs.flatMap(({ versions }) => Object.keys(versions)))]
  const rows = [
    ...keys.map((key) => [key, ...runs.map(({ versions }) => versions[key] ?? '–')]),
    ...(runs.some(({ model }) => model)
      ? [['model.onnx, SHA-256', ...runs.map(({ model }) => (model ? `${model.sha256.slice(0, 16)}…` : '–'))]]
      : []),
    ...(runs.some(({ data }) => data.hash)
      ? [
          [
            'training list, SHA-256',
            ...runs.map(({ data: { hash } }) => (hash ? `${hash.slice(0, 16)}…` : '–')),
          ],
        ]
      : []),
  ]
  if (rows.length === 0) return html``
  return grid(['trained with', ...runs.map(({ name }) => name)], rows, {
    label: 'What each run was trained with',
  })
}

function value(from: Settings, key: string): string {
  return Object.hasOwn(from, key) ? String(from[key]) : '–'
}
