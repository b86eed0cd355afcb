import { type Comparison, comparisonCells, comparisons } from './comparison.ts'
import { type Html, html } from './page.ts'
import { grid } from './parts.ts'
import { measureNames } from './published.ts'
import type { ReportRun } from './report-input.ts'

/** The published tables in which a run of ours has a number; nothing where there is none. */
export function comparisonSection(runs: readonly ReportRun[]): Html {
  const tables = comparisons(runs).filter(({ rows }) => rows.some(({ run }) => run !== undefined))
  if (tables.length === 0) return html``
  return html`<section id="published">
<h2>Beside published results</h2>
<p>Numbers may be compared where data and network are the same. Below a row: with what it was made, and in what ours differs.</p>
${tables.map(published)}
</section>`
}

function published({ title, source, made, columns, rows }: Comparison): Html {
  return html`<h3>${title}</h3>
${grid(
  ['by', ...columns.map((measure) => measureNames[measure])],
  rows.map((row) => [row.name, ...comparisonCells(row, { columns }), row.made]),
  {
    label: title,
    caption: html`${source}. All rows but ours: ${made}.`,
    notes: true,
    marked: new Set(rows.flatMap(({ run }, i) => (run === undefined ? [] : [i]))),
  },
)}`
}
