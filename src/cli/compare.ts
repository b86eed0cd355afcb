import type { Command } from 'commander'
import { type Comparison, comparisonCells, comparisons, measureNames, table } from '../report/index.ts'
import { readRuns } from './report/read-runs.ts'

interface Flags {
  readonly evaluation: readonly string[]
  readonly json?: boolean
}

/** Adds `steradian compare`. */
export function registerCompare(program: Command): void {
  program
    .command('compare')
    .description('the published results, with those of your runs beside them and what differs')
    .argument('[run...]', 'the folders of runs, with their evaluations by lfw, ytf and megaface')
    .option(
      '--evaluation <folder>',
      'a further evaluation; it goes to the run whose model it judged (may be given again)',
      (folder: string, before: readonly string[]) => [...before, folder],
      [] as readonly string[],
    )
    .option('--json', 'print one JSON object')
    .action(compareCommand)
}

async function compareCommand(folders: readonly string[], { evaluation, json }: Flags): Promise<void> {
  const runs = await readRuns(folders, { evaluations: evaluation })
  const tables = comparisons(runs)
  process.stdout.write(json ? `${JSON.stringify({ tables })}\n` : tables.map(comparisonText).join('\n'))
  const shown = new Set(tables.flatMap(({ rows }) => rows.flatMap(({ run }) => run ?? [])))
  for (const { name } of runs)
    if (!shown.has(name))
      process.stderr.write(
        `${name}: has no number for these tables (LFW, YTF, MegaFace with 1,000,000 distractors)\n`,
      )
}

/** A table for the terminal: numbers in columns, what they were made with at the end of the line. */
export function comparisonText({ title, source, made, columns, rows }: Comparison): string {
  const numbers = table([
    ['', ...columns.map((measure) => measureNames[measure])],
    ...rows.map((row) => [row.name, ...comparisonCells(row, { columns })]),
  ])
  const lines = numbers.trimEnd().split('\n')
  const width = Math.max(...lines.map(({ length }) => length))
  const madeWith = ['', '', ...rows.map((row) => row.made)]
  return [
    `${title} (${source})`,
    made,
    '',
    ...lines.map((line, i) => (madeWith[i] ? `${line.padEnd(width)}  ${madeWith[i]}` : line)),
    '',
  ].join('\n')
}
