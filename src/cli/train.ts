import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { type ImageSource, trainingData } from '../data/index.ts'
import { DataError, UsageError } from '../errors.ts'
import { type Checkpoint, prepare, readCheckpoint, type TrainingData } from '../train/index.ts'
import { writeWhole } from './files/write-file.ts'
import { flagOf } from './flag.ts'
import { interruption } from './interruption.ts'
import { liveMetrics } from './live/live-metrics.ts'
import { parsePort } from './live/port.ts'
import { checkSampling } from './train/check-sampling.ts'
import { dryRun } from './train/dry-run.ts'
import { checkUnchanged } from './train/learning-settings.ts'
import { pictureWarnings } from './train/network-settings.ts'
import { type Recipe, readRecipe, resolveRecipe } from './train/recipe.ts'
import { recipeOptions } from './train/recipe-settings.ts'
import {
  createRunFolder,
  isBarelyBegun,
  type OpenRunFolder,
  type RunFolder,
  reopenRunFolder,
  runFolder,
} from './train/run-folder.ts'
import { refuseLiveRun } from './train/run-lock.ts'
import { runTraining } from './train/run-training.ts'
import { savedRecipe } from './train/saved-recipe.ts'
import { checkStartingSizes, startingSizes, startingValues } from './train/starting-values.ts'
import { factsOf, inputSize, trainOptions } from './train/training-run.ts'
import { choicesOf, imageSource, lookThrough, readTrainingSet } from './train/training-set.ts'
import { readVectorSet } from './train/vector-set.ts'

interface Flags {
  readonly out?: string
  readonly recipe?: string
  readonly resume?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly live?: number | true
}

/** Adds `steradian train`. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train an embedding on a folder or list of people')
    .option('--out <folder>', 'where recipe, metrics, checkpoint and model.onnx go')
    .option('--recipe <file>', 'JSON with the names of these options; options given here override it')
    .option('--resume', 'go on where the run in --out stopped')
    .option('--dry-run', 'read the data, time five steps, say what the run would take')
    .option('--json', 'print the facts as one JSON object')
    .option('--live [port]', 'serve a page on this machine that shows the run as it goes', (text) =>
      parsePort(text, '--live'),
    )
  for (const { name, kind, doc, default: usual } of recipeOptions()) {
    const flag = flagOf(name)
    const text =
      usual === undefined ? doc : `${doc} (default ${Array.isArray(usual) ? usual.join(',') : usual})`
    command.option(`${flag} <${kind}>`, text, (value: string) => parsed(flag, kind, value))
  }
  command.action(async (options: Record<string, unknown>) => {
    const { out, recipe, resume, dryRun, json, live, ...given } = options
    await trainCommand({ out, recipe, resume, dryRun, json, live } as Flags, given)
  })
}

function parsed(flag: string, kind: string, value: string): unknown {
  if (kind === 'number') {
    const number = Number(value)
    if (value.trim() === '' || Number.isNaN(number))
      throw new UsageError(`${flag}: must be a number, got ${value}`)
    return number
  }
  if (kind === 'numbers') return value.split(',').map((part) => parsed(flag, 'number', part))
  if (kind === 'boolean') {
    if (value !== 'true' && value !== 'false')
      throw new UsageError(`${flag}: must be true or false, got ${value}`)
    return value === 'true'
  }
  return value
}

async function trainCommand(asked: Flags, given: Record<string, unknown>): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const flags = await withoutVainResume(asked, say)
  if (!flags.out && !flags.dryRun) throw new UsageError('train: --out is missing (the folder of the run)')
  if (flags.resume && !flags.out) throw new UsageError('train: --resume needs --out (the folder of the run)')
  const recipe = await recipeOf(flags, given)
  const { images, list, records, vectors } = recipe
  if ([images, list, records, vectors].every((source) => source === undefined))
    throw new UsageError('train: --images (a folder of people), --list, --records or --vectors is missing')
  const { signal, stop } = interruption(say)
  const files = runFolder(flags.out ?? '')
  let folder: OpenRunFolder | undefined
  let resume: Checkpoint | undefined
  try {
    // A dry run opens nothing: it only looks into the folder.
    if (flags.resume && !flags.dryRun) folder = await reopenRunFolder(flags.out!)
    else if (!flags.dryRun) {
      folder = await createRunFolder(flags.out!)
      await writeWhole(folder.recipe, `${JSON.stringify(recipe, null, 2)}\n`)
    }
    if (flags.resume) resume = await lastCheckpoint(files, say)
    await prepareAndRun(recipe, { flags, files, folder, resume, signal, say })
  } catch (error) {
    await folder?.discard()
    if (error !== signal.reason) throw error
    // Stopped while aligning: of a new run nothing exists yet, one that goes on is as it was.
    const kept = !flags.resume
      ? 'nothing was kept'
      : `the run is kept as it was, ${resume ? `at step ${resume.step}` : 'before its first step'}; the same command goes on`
    say(`stopped before a step was done; ${kept}`)
    process.exitCode = 130
  } finally {
    folder?.release()
    stop()
  }
}

/** A run that was killed before it wrote its recipe is begun anew. @throws UsageError when another process works on it */
async function withoutVainResume(flags: Flags, say: (line: string) => void): Promise<Flags> {
  if (flags.resume && flags.out !== undefined && !flags.dryRun) await refuseLiveRun(flags.out)
  if (!flags.resume || flags.out === undefined || !(await isBarelyBegun(flags.out))) return flags
  say('the run was stopped before it began: starting with the options given')
  return { ...flags, resume: false }
}

async function recipeOf(
  { resume, out, recipe: file }: Flags,
  given: Record<string, unknown>,
): Promise<Recipe> {
  if (resume) return savedRecipe(runFolder(out!).recipe, { out: out!, given, ...(file && { file }) })
  return resolveRecipe(file === undefined ? {} : await readRecipe(file), given, { where: file ?? 'train' })
}

/** Everything that can be refused is looked at before images are read: what is started from, and the network's shapes. */
async function prepareAndRun(
  recipe: Recipe,
  {
    flags,
    files,
    folder,
    resume,
    signal,
    say,
  }: {
    readonly flags: Flags
    readonly files: RunFolder
    readonly folder: OpenRunFolder | undefined
    readonly resume: Checkpoint | undefined
    readonly signal: AbortSignal
    readonly say: (line: string) => void
  },
): Promise<void> {
  if (resume) checkUnchanged(resume, recipe, { path: files.recipe })
  const from = resume ? undefined : recipe.from
  const sizes = from !== undefined ? await startingSizes(from) : undefined
  const vectors =
    recipe.vectors === undefined ? undefined : await readVectorSet(recipe, { path: recipe.vectors, say })
  const pictures = vectors ? undefined : await readTrainingSet(recipe, say)
  const dataset = vectors?.dataset ?? pictures!
  const sourceOf = async (own: Recipe) => pictures && (await imageSource(pictures, own, { signal, say }))
  const dataOf = (source: ImageSource | undefined): TrainingData =>
    vectors?.data ?? trainingData(source!, choicesOf(recipe))
  if (resume) checkSame(resume, dataset.hash, files.checkpoint)
  const warnings = [...pictureWarnings(recipe), ...checkSampling(recipe, dataset)]
  const planned = trainOptions(recipe, vectors?.data ?? factsOf(dataset, inputSize(recipe.input)))
  const { step } = prepare({ ...planned, ...(resume && { resume }) })
  if (sizes) checkStartingSizes(sizes, step, { path: from! })
  for (const warning of [...warnings, ...planned.built.warnings(dataset.people.length, recipe.dimensions)])
    say(`warning: ${warning}`)
  if (flags.dryRun) {
    if (pictures) await lookThrough(pictures, signal)
    const options = trainOptions(recipe, dataOf(await sourceOf({ ...recipe, cache: 'none' })))
    await dryRun({ ...options, signal }, { recipe, out: flags.out, json: flags.json === true })
    return
  }
  const source = await sourceOf(recipe)
  // A run that goes on has looked at its pictures, and a cache knows those that it was made of.
  const content = resume
    ? contentOf(resume)
    : (source?.contentHash ?? (pictures && (await lookThrough(pictures, signal))))
  const options = {
    ...trainOptions(recipe, dataOf(source), { folder: folder?.path }),
    ...(resume && { resume }),
    // Read when they are wanted, so that they are not held through the run.
    ...(from !== undefined && { from: () => startingValues(from) }),
    ...(flags.live !== undefined && { metrics: liveMetrics(planned.built) }),
    signal,
  }
  const server =
    flags.live === undefined
      ? undefined
      : await (await import('./live/live-server.ts')).serveLive(
          [folder!.path],
          flags.live === true ? {} : { port: flags.live },
        )
  if (server) say(`live: ${server.url}`)
  const isLive = server !== undefined
  await runTraining(options, {
    recipe,
    dataset,
    content,
    folder: folder!,
    json: flags.json === true,
    isLive,
    say,
  }).finally(() => server?.close())
}

async function lastCheckpoint(
  { checkpoint }: RunFolder,
  say: (line: string) => void,
): Promise<Checkpoint | undefined> {
  if (existsSync(checkpoint)) return readCheckpoint(checkpoint)
  say('no checkpoint yet: starting at the first step')
  return undefined
}

/** The hash of the pictures' bytes, as a run found it when it began; older checkpoints have none. */
const contentOf = ({ settings }: Checkpoint): string | undefined =>
  typeof settings.contentHash === 'string' ? settings.contentHash : undefined

/** A checkpoint fits the images that it was made with. @throws DataError */
function checkSame({ settings }: Checkpoint, hash: string, where: string): void {
  if (settings.dataHash !== hash)
    throw new DataError(
      `${where}: was made with other images or landmarks, their list's hash is ${hash.slice(0, 12)} now, got ${String(settings.dataHash).slice(0, 12)}`,
    )
}
