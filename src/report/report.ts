import { UsageError } from '../errors.ts'
import { comparisonSection } from './comparison-section.ts'
import { evaluationGroups } from './evaluation-groups.ts'
import { evaluationSection } from './evaluation-section.ts'
import { modelCard } from './model-card.ts'
import { type Html, html, page } from './page.ts'
import type { ReportInput } from './report-input.ts'
import { heading, leadOf, runsSection } from './runs-section.ts'
import { settingsSection } from './settings-section.ts'
import { style } from './style.ts'
import { trainingSection } from './training-section.ts'
import { worstErrorsSection } from './worst-errors.ts'

/**
 * The report of one or several runs as one HTML page that stands alone: no script, no request, readable on a phone and on
 * paper. The same input gives the same text.
 * @throws UsageError without runs, or where two have one name
 */
export function report(input: ReportInput): string {
  const {
    runs,
    title = runs.length > 0 ? heading(runs) : '',
    lead = runs.length > 0 ? leadOf(runs) : '',
  } = input
  if (runs.length === 0) throw new UsageError('report: expected one run or more, got 0')
  const names = runs.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new UsageError(`report: expected a name for each run, got ${twice} twice`)
  const groups = evaluationGroups(runs)
  const errors = worstErrorsSection(groups, input)
  const published = comparisonSection(runs)
  const contents = [
    ...groups.map(({ id, title: name }) => [id, name] as const),
    ...(published.html === '' ? [] : [['published', 'Beside published results'] as const]),
    ['runs', 'What was trained on what'] as const,
    ['training', 'Training'] as const,
    ...(errors.html === '' ? [] : [['errors', 'Worst errors'] as const]),
    ['card', 'Model card'] as const,
    ['settings', 'Settings and versions'] as const,
  ]
  const body = html`<header>
<h1>${title}</h1>
<p class="lead">${lead}</p>
<nav aria-label="Contents"><ul>${contents.map(([id, name]): Html => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${groups.map(evaluationSection)}
${published}
${runsSection(runs)}
${trainingSection(runs, input)}
${errors}
${modelCard(runs, input)}
${settingsSection(input)}
</main>`
  return page({ title: `Steradian: ${title}`, style, body })
}
