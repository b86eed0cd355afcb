import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Command } from 'commander'
import { DataError, fileProblem, UsageError } from '../errors.ts'
import { parseMemory } from './evaluate/memory.ts'
import { whole } from './evaluate/verification-facts.ts'
import { makeFolder } from './files/make-folder.ts'
import { writeWhole } from './files/write-file.ts'
import { interruption } from './interruption.ts'
import { evaluationWords } from './sweep/sweep-evaluations.ts'
import { expandSweep, type SweepRun } from './sweep/sweep-expand.ts'
import { readSweep, type Sweep } from './sweep/sweep-file.ts'
import { sweepResults } from './sweep/sweep-results.ts'
import { sweepPlaces } from './sweep/sweep-run.ts'
import { readSweepState } from './sweep/sweep-state.ts'
import { sweepTable } from './sweep/sweep-table.ts'
import { type SweepLimits, sweepWork } from './sweep/sweep-work.ts'
import { lockRun } from './train/run-lock.ts'

interface Flags extends SweepLimits {
  readonly out: string
  readonly data: Readonly<Record<string, string>>
  readonly hours?: number
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Adds `steradian sweep`. */
export function registerSweep(program: Command): void {
  program
    .command('sweep')
    .description(
      'train and evaluate every combination of a sweep file, and table them; again: go on where it stopped',
    )
    .argument('<file>', 'JSON: recipe, settings, axes, evaluate, faces')
    .requiredOption('--out <folder>', 'where runs, results.json and table.txt go')
    .option('--data <name=path>', 'a place that the file calls $name; may be given again', placed, {})
    .option(
      '--jobs <n>',
      'runs at once at the most (default: as many as there are cores)',
      whole('jobs', 1, 1024),
    )
    .option('--threads <n>', 'threads of each run (default: the cores shared out)', whole('threads', 1, 1024))
    .option(
      '--memory <amount>',
      'that all runs together may take (default: 80 % of the machine)',
      parseMemory,
    )
    .option('--hours <number>', 'stop after so long, saving; the same command goes on', hours)
    .option('--retry', 'try runs again that ended in numbers that are none')
    .option('--dry-run', 'say which runs there are, and train nothing')
    .option('--json', 'print the results as one JSON object')
    .action(sweepCommand)
}

function placed(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, path] = /^(\w+)=(.+)$/.exec(text) ?? []
  if (name === undefined || path === undefined)
    throw new UsageError(`--data: expected NAME=PATH, got ${text}`)
  return { ...before, [name]: path }
}

function hours(text: string): number {
  const value = Number(text)
  if (!(text.trim() !== '' && value > 0 && value <= 500))
    throw new UsageError(`--hours: expected a number above 0, at most 500, got ${text}`)
  return value
}

async function sweepCommand(file: string, flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { out, data } = flags
  const places = sweepPlaces(out)
  const sweep = await readSweep(file, { data, folder: places.faces })
  const runs = expandSweep(sweep, { where: file }).map((run) => withCache(run, out))
  for (const { recipe } of runs)
    if (recipe.images === undefined && recipe.list === undefined)
      throw new UsageError(`${file}: settings hold neither images nor list`)
  const made = Object.keys(sweep.faces).flatMap((crowd) => [
    join(places.faces, crowd),
    join(places.faces, `${crowd}.pairs.txt`),
  ])
  const evaluations = new Map(
    Object.entries(sweep.evaluate).map(([name, each]) => [
      name,
      evaluationWords(each, { where: `${file}: evaluate.${name}`, made, cache: join(out, 'embeddings') }),
    ]),
  )
  if (flags.dryRun) {
    process.stdout.write(`${runs.map(({ name }) => name).join('\n')}\n`)
    return
  }
  await makeFolders(places)
  const release = await lockRun(out)
  const { signal: pressed, stop } = interruption(say)
  const limit = flags.hours === undefined ? [] : [AbortSignal.timeout(3_600_000 * flags.hours)]
  for (const each of limit) each.addEventListener('abort', () => say('the hours are over: saving'))
  try {
    const signal = AbortSignal.any([pressed, ...limit])
    await sweepWork(sweep, runs, { out, limits: flags, evaluations, signal, say })
    await tell(sweep, runs, { flags, signal, say })
  } finally {
    stop()
    release()
  }
}

/** Runs that learn from the same images share one file of them, aligned once. */
function withCache(run: SweepRun, out: string): SweepRun {
  const { recipe } = run
  if (recipe.cache !== 'none') return run
  const { images, list, landmarks, exclude, minImages, input, alignment } = recipe
  const key = createHash('sha256').update(
    JSON.stringify([images, list, landmarks, exclude, minImages, input, alignment]),
  )
  const cache = join(out, `images-${key.digest('hex').slice(0, 8)}.cache`)
  return { ...run, recipe: { ...recipe, cache } }
}

async function makeFolders({ runs, logs }: ReturnType<typeof sweepPlaces>): Promise<void> {
  for (const folder of [runs, logs])
    await makeFolder(folder).catch((error: unknown) => {
      throw new DataError(`${folder}: folder cannot be made, ${fileProblem(error)}`)
    })
}

/** Tables what there is, and says what is left. */
async function tell(
  sweep: Sweep,
  runs: readonly SweepRun[],
  {
    flags,
    signal,
    say,
  }: { readonly flags: Flags; readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<void> {
  const { out } = flags
  const places = sweepPlaces(out)
  const { failed } = await readSweepState(places.state)
  const results = await sweepResults(out, runs, { evaluate: sweep.evaluate, failed })
  const text = sweepTable(results)
  await writeWhole(places.results, `${JSON.stringify(results, null, 2)}\n`)
  await writeWhole(places.table, text)
  process.stdout.write(flags.json ? `${JSON.stringify(results)}\n` : text)
  if (signal.aborted || results.unfinished.length > 0) {
    say(
      `stopped with ${results.unfinished.length} of ${runs.length} runs unfinished; the same command goes on`,
    )
    process.exitCode = 130
  } else if (Object.keys(results.failed).length > 0) process.exitCode = 1
}
