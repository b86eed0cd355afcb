import type { LossReport } from './demo-input.ts'
import { demoMeasures } from './demo-measures.ts'
import { table } from './table.ts'

/** The table of the main job for the terminal: a row a measure, a column a loss. */
export function demoTable(losses: readonly LossReport[]): string {
  return table([
    ['', ...losses.map(({ name }) => name)],
    ...demoMeasures(losses).map(({ name, values }) => [name, ...values]),
  ])
}
