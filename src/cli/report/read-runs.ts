import { resolve, sep } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { ReportRun } from '../../report/index.ts'
import { readEvaluation } from './read-evaluation.ts'
import { type ReadRun, readRun } from './read-run.ts'

/**
 * Reads runs and gives each a name of its own; `evaluations` are further folders, each for the run whose model it judged.
 * @throws UsageError where there is no run, one is given twice, or an evaluation is of none of them; DataError
 */
export async function readRuns(
  folders: readonly string[],
  { evaluations = [] }: { readonly evaluations?: readonly string[] } = {},
): Promise<ReportRun[]> {
  const read: ReadRun[] = []
  for (const folder of folders) read.push(await readRun(folder))
  return withNames(await withEvaluations(read, evaluations), folders)
}

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
  const parts = folders.map((folder) => resolve(folder).split(sep))
  const most = Math.max(1, ...parts.map(({ length }) => length))
  for (let kept = 1; kept <= most; kept++) {
    const names = runs.map(({ name }, i) => (kept === 1 ? name : parts[i]!.slice(-kept).join('/')))
    if (isAlone(names)) return runs.map((run, i) => ({ ...run, name: names[i]! }))
  }
  throw new UsageError(`report: expected each run once, got ${folders.join(' ')}`)
}
