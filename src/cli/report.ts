import { access, constants } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { fileProblem, UsageError } from '../errors.ts'
import { evaluationGroups, type ReportRun, report, worstImages } from '../report/index.ts'
import { readEvaluation } from './read-evaluation.ts'
import { type ReadRun, readRun } from './read-run.ts'
import { readCard } from './report-card.ts'
import { readGroups } from './report-groups.ts'
import { reportPictures } from './report-pictures.ts'
import { version } from './version.ts'
import { writeWhole } from './write-file.ts'

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
  const read: ReadRun[] = []
  for (const folder of folders) read.push(await readRun(folder))
  const runs = withNames(await withEvaluations(read, flags.evaluation), folders)
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

/** Gives each further evaluation to the run whose model it judged, and marks what was judged by another model. */
async function withEvaluations(read: readonly ReadRun[], folders: readonly string[]): Promise<ReportRun[]> {
  const runs = read.map((run) => ({ ...run, evaluations: [...run.evaluations] }))
  for (const folder of folders) {
    const evaluation = await readEvaluation(folder)
    const { modelHash } = evaluation
    const own = runs.filter(({ model }) => modelHash !== undefined && model?.sha256 === modelHash)
    // A file of features does not say whose it is.
    const run = own[0] ?? (modelHash === undefined && runs.length === 1 ? runs[0] : undefined)
    if (!run)
      throw new UsageError(
        `--evaluation: ${modelHash === undefined ? 'judged features of no known model: put it into the folder of its run' : 'judged a model that none of the runs has'}, got ${folder}`,
      )
    run.evaluations.push(evaluation)
  }
  return runs.map(({ path: _, evaluations, ...run }) => ({
    ...run,
    evaluations: evaluations.map(({ modelHash, notices, ...evaluation }) => ({
      ...evaluation,
      notices: [...notices, ...ofAnother(modelHash, run)],
    })),
  }))
}

/** What to say of an evaluation that is not known to be of a run's model. */
function ofAnother(modelHash: string | undefined, { model }: Pick<ReportRun, 'model'>): string[] {
  if (modelHash === undefined) return ['judged a file of features, which does not say what model made it']
  if (!model) return ['the run has no model.onnx: whether it is the one that was judged is not known']
  return model.sha256 === modelHash ? [] : ['judged another model than the model.onnx that the run has now']
}

/** Runs under the names of their folders; where two are alike, under as much of their paths as tells them apart. */
function withNames(runs: readonly ReportRun[], folders: readonly string[]): ReportRun[] {
  const isAlone = (names: readonly string[]) => new Set(names).size === names.length
  const parts = folders.map((folder) => folder.split(/[\\/]/).filter((part) => part !== '' && part !== '.'))
  const most = Math.max(...parts.map(({ length }) => length))
  for (let kept = 1; kept <= most; kept++) {
    const names = runs.map(({ name }, i) => (kept === 1 ? name : parts[i]!.slice(-kept).join('/')))
    if (isAlone(names)) return runs.map((run, i) => ({ ...run, name: names[i]! }))
  }
  throw new UsageError(`report: expected each run once, got ${folders.join(' ')}`)
}
