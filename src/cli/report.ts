import { access, constants } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { fileProblem, UsageError } from '../errors.ts'
import { evaluationGroups, report, worstImages } from '../report/index.ts'
import { writeWhole } from './files/write-file.ts'
import { readRuns } from './report/read-runs.ts'
import { readCard } from './report/report-card.ts'
import { readGroups } from './report/report-groups.ts'
import { reportPictures } from './report/report-pictures.ts'
import { version } from './version.ts'

interface Flags {
  readonly out: string
  readonly evaluation: readonly string[]
  readonly title?: string
  readonly groups?: string
  readonly card?: string
  readonly pictures?: string
}

/** Adds `steradian report`. */
export function registerReport(program: Command): void {
  program
    .command('report')
    .description('one page that stands alone for one or several runs and their evaluations')
    .argument('<run...>', 'the folders of runs; evaluations that lie in them are shown')
    .requiredOption('--out <file>', 'the page')
    .option(
      '--evaluation <folder>',
      'a further evaluation, as --out of evaluate wrote it; it goes to the run whose model it judged (may be given again)',
      (folder: string, before: readonly string[]) => [...before, folder],
      [] as readonly string[],
    )
    .option('--title <text>', 'the heading, in place of one made from the runs')
    .option(
      '--groups <file>',
      'CSV of labels for error rates by group: a person (or an image) and its labels, under a head',
    )
    .option(
      '--card <file>',
      'JSON of what its makers say of the model: intendedUse, notFor, data, limits, contact',
    )
    .option(
      '--pictures <folder>',
      'show the pictures of the worst errors, from the folder of the images; the page then holds faces',
    )
    .action(reportCommand)
}

async function reportCommand(folders: readonly string[], flags: Flags): Promise<void> {
  const { out, title } = flags
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  await access(dirname(out), constants.W_OK).catch((error: unknown) => {
    throw new UsageError(`--out: the report cannot be written there, ${fileProblem(error)}, got ${out}`)
  })
  const groups = flags.groups === undefined ? undefined : await readGroups(flags.groups)
  const card = flags.card === undefined ? undefined : await readCard(flags.card)
  const runs = await readRuns(folders, { evaluations: flags.evaluation })
  const pictures =
    flags.pictures === undefined
      ? undefined
      : await reportPictures(worstImages(evaluationGroups(runs)), { folder: flags.pictures, say })
  const page = report({
    runs,
    ...(groups && { groups }),
    ...(card && { card }),
    ...(pictures && { pictures }),
    ...(title !== undefined && { title }),
    versions: {
      steradian: version,
      node: process.versions.node,
      machine: `${process.platform} ${process.arch}, ${availableParallelism()} cores`,
    },
  })
  await writeWhole(out, page)
  process.stderr.write(
    `${out}: ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, ${kilobytes(page)} kB\n`,
  )
}

const kilobytes = (page: string): number => Math.ceil(Buffer.byteLength(page) / 1000)
