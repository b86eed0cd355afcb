import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  cachedSource,
  type Dataset,
  fileSource,
  type ImageSource,
  readDataset,
  trainingData,
} from '../data/index.ts'
import { DataError, UsageError } from '../errors.ts'
import { type Checkpoint, prototypesName, readCheckpoint, train, writeCheckpoint } from '../train/index.ts'
import { dryRun } from './dry-run.ts'
import { interruption } from './interruption.ts'
import { progress } from './progress.ts'
import { type Recipe, readRecipe, recipeOptions, resolveRecipe } from './recipe.ts'
import { restingWatch } from './resting.ts'
import { createRunFolder, openMetrics, runFolder } from './run-folder.ts'
import { startingValues } from './starting-values.ts'
import { inputSize, modelFile, trainOptions } from './training-run.ts'
import { writeWhole } from './write-file.ts'

interface Flags {
  readonly out?: string
  readonly recipe?: string
  readonly resume?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
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
  for (const { name, kind, doc, default: usual } of recipeOptions()) {
    const flag = name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
    const text =
      usual === undefined ? doc : `${doc} (default ${Array.isArray(usual) ? usual.join(',') : usual})`
    command.option(`--${flag} <${kind}>`, text, (value: string) => parsed(flag, kind, value))
  }
  command.action(async (options: Record<string, unknown>) => {
    const { out, recipe, resume, dryRun, json, ...given } = options
    await trainCommand({ out, recipe, resume, dryRun, json } as Flags, given)
  })
}

function parsed(flag: string, kind: string, value: string): unknown {
  if (kind === 'number') {
    const number = Number(value)
    if (value.trim() === '' || Number.isNaN(number))
      throw new UsageError(`--${flag}: must be a number, got ${value}`)
    return number
  }
  if (kind === 'numbers') return value.split(',').map((part) => parsed(flag, 'number', part))
  if (kind === 'boolean') {
    if (value !== 'true' && value !== 'false')
      throw new UsageError(`--${flag}: must be true or false, got ${value}`)
    return value === 'true'
  }
  return value
}

async function trainCommand(flags: Flags, given: Record<string, unknown>): Promise<void> {
  if (!flags.out && !flags.dryRun) throw new UsageError('train: --out is missing (the folder of the run)')
  const recipe = flags.resume ? await savedRecipe(flags, given) : await chosenRecipe(flags, given)
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { signal, stop } = interruption(say)
  try {
    const dataset = await readTrainingSet(recipe, say)
    const source = await imageSource(dataset, recipe, { signal, say })
    const data = trainingData(source, recipe)
    const options = trainOptions(recipe, data)
    for (const warning of options.built.warnings(data.classes, recipe.dimensions)) say(`warning: ${warning}`)
    if (flags.dryRun) return await dryRun(options, { recipe, json: flags.json === true })
    await run(flags, recipe, { dataset, options, signal, say })
  } catch (error) {
    // Stopped while aligning: nothing of a run exists yet.
    if (error !== signal.reason) throw error
    process.exitCode = 130
  } finally {
    stop()
  }
}

async function chosenRecipe(flags: Flags, given: Record<string, unknown>): Promise<Recipe> {
  const file = flags.recipe === undefined ? {} : await readRecipe(flags.recipe)
  return resolveRecipe(file, given, { where: flags.recipe ?? 'train' })
}

async function savedRecipe(flags: Flags, given: Record<string, unknown>): Promise<Recipe> {
  const { recipe: path, checkpoint } = runFolder(flags.out!)
  if (!existsSync(path))
    throw new UsageError(`--resume: no run to go on with (${path} is missing), got ${flags.out}`)
  if (!existsSync(checkpoint)) process.stderr.write('no checkpoint yet: starting at the first step\n')
  const saved = JSON.parse(await readFile(path, 'utf8')) as Recipe
  // Options may be given again, but a run goes on as it began.
  const { lossOptions, ...common } = saved
  const asked = await chosenRecipe(flags, { ...common, ...lossOptions, ...given })
  for (const [key, value] of Object.entries(asked)) {
    const before = JSON.stringify(saved[key as keyof Recipe])
    if (JSON.stringify(value) !== before)
      throw new UsageError(
        `--resume: the run was started with ${key} ${before}, got ${JSON.stringify(value)}`,
      )
  }
  return saved
}

/** Reads the list of images and says what it found and left out. */
async function readTrainingSet(recipe: Recipe, say: (line: string) => void): Promise<Dataset> {
  const { images, list, landmarks, exclude, minImages } = recipe
  if (images === undefined && list === undefined)
    throw new UsageError('train: --images (a folder of people) or --list is missing')
  const dataset = await readDataset({
    ...(images !== undefined && { images }),
    ...(list !== undefined && { list }),
    ...(landmarks !== undefined && { landmarks }),
    ...(exclude !== undefined && { exclude }),
    minImages,
    minPeople: 2,
  })
  const { report } = dataset
  const named = (names: readonly string[]): string =>
    names.slice(0, 3).join(', ') + (names.length > 3 ? `, … (${names.length} in all)` : '')
  say(`${dataset.samples.length} images of ${dataset.people.length} people`)
  if (!dataset.hasLandmarks) say('no landmarks: images are taken as already aligned')
  const notes: [string, readonly string[]][] = [
    ['images without landmarks, left out', report.withoutLandmarks],
    ['landmark rows that match no image', report.unmatchedRows],
    ['ambiguous landmark rows, not used', report.ambiguousRows],
    ['images that such rows name, left out', report.ambiguousImages],
    ['files that are no <person>/<image>', report.stray],
    ['lines of the exclude list that name nothing', report.unmatchedExcludes],
  ]
  for (const [what, names] of notes) if (names.length > 0) say(`${names.length} ${what}: ${named(names)}`)
  if (report.excludedImages > 0) say(`${report.excludedImages} images excluded`)
  if (report.droppedPeople.length > 0)
    say(
      `${report.droppedPeople.length} people with fewer than ${minImages} images left out (${report.droppedImages} images)`,
    )
  return dataset
}

/** The images: decoded and aligned each time, or once into a cache that later runs share. */
async function imageSource(
  dataset: Dataset,
  recipe: Recipe,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<ImageSource> {
  const options = { ...inputSize(recipe.input), template: recipe.alignment }
  if (recipe.cache === 'none') return fileSource(dataset, options)
  const shown = progress({ total: dataset.samples.length, label: 'aligning', unit: 'images' })
  const source = await cachedSource(dataset, {
    ...options,
    file: recipe.cache,
    signal,
    onProgress: (done) => shown.update(done),
  })
  if (source.built) shown.finish()
  say(`${recipe.cache}: ${source.built ? `made, ${source.built}` : 'aligned images taken from here'}`)
  return source
}

async function run(
  flags: Flags,
  recipe: Recipe,
  {
    dataset,
    options,
    signal,
    say,
  }: {
    readonly dataset: Dataset
    readonly options: ReturnType<typeof trainOptions>
    readonly signal: AbortSignal
    readonly say: (line: string) => void
  },
): Promise<void> {
  const started = performance.now()
  const folder = flags.resume ? runFolder(flags.out!) : await createRunFolder(flags.out!)
  const resume =
    flags.resume && existsSync(folder.checkpoint) ? await readCheckpoint(folder.checkpoint) : undefined
  if (resume) checkSame(resume, dataset, folder.checkpoint)
  else await writeWhole(folder.recipe, `${JSON.stringify(recipe, null, 2)}\n`)
  const from = recipe.from && !resume ? await startingValues(recipe.from) : undefined
  const metrics = await openMetrics(folder.metrics, { step: resume?.step ?? 0 })
  const { steps, batch, data } = options
  const shown = progress({
    total: steps * batch,
    label: recipe.loss,
    unit: 'images',
    from: (resume?.step ?? 0) * batch,
  })
  const resting = restingWatch({
    classes: data.classes,
    window: Math.max(200, Math.floor(data.count / batch)),
  })
  const recent = { loss: Number.NaN, accuracy: Number.NaN, waited: 0, total: 0 }

  const trained = await train({
    ...options,
    settings: { dataHash: dataset.hash },
    signal,
    ...(resume && { resume }),
    ...(from && { from }),
    onStep: ({ step, loss, rate, values, stepMs, waitedMs }) => {
      metrics.add({ step, loss, rate, ...values })
      const blend = (before: number, now: number): number =>
        Number.isNaN(before) ? now : 0.95 * before + 0.05 * now
      recent.loss = blend(recent.loss, loss)
      recent.accuracy = blend(recent.accuracy, values.accuracy!)
      recent.waited = 0.95 * recent.waited + waitedMs
      recent.total = 0.95 * recent.total + waitedMs + stepMs
      const lambda = values.lambda === undefined ? '' : `  λ ${values.lambda.toPrecision(3)}`
      shown.update(
        step * batch,
        `loss ${recent.loss.toFixed(3)}  accuracy ${(100 * recent.accuracy).toFixed(1)} %  rate ${rate.toPrecision(3)}${lambda}  ` +
          `waits for images ${Math.round((100 * recent.waited) / recent.total)} %`,
      )
      if (resting.step(loss)) {
        shown.finish()
        say(
          `step ${step}: the loss rests at ln C = ${Math.log(data.classes).toFixed(2)}, nothing is learnt; ` +
            'try another rate (0.1 for A-Softmax), a warm-up, another gradient form, or start from a softmax model (--from)',
        )
      }
    },
    onCheckpoint: async (checkpoint) => {
      await metrics.flush()
      await writeCheckpoint(folder.checkpoint, checkpoint)
    },
  })
  shown.finish()
  if (trained.interrupted) {
    say(`stopped at step ${trained.step} of ${steps}; the same command with --resume goes on`)
    process.exitCode = 130
    return
  }
  const { hash, people, samples } = dataset
  await writeWhole(
    folder.model,
    modelFile(recipe, {
      values: new Map([...trained.values].filter(([name]) => !name.startsWith('head.'))),
      data: { people: people.length, images: samples.length, hash },
    }),
  )
  const facts = {
    model: folder.model,
    steps,
    people: people.length,
    images: samples.length,
    loss: recent.loss,
    accuracy: recent.accuracy,
    seconds: (performance.now() - started) / 1000,
    bytes: (await stat(folder.model)).size,
    prototypes: trained.values.get(prototypesName)!.length,
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(facts)}\n`)
  else
    say(`${folder.model}: loss ${recent.loss.toFixed(3)}, accuracy ${(100 * recent.accuracy).toFixed(1)} %`)
}

/** A checkpoint fits the images that it was made with. @throws DataError */
function checkSame({ settings }: Checkpoint, { hash }: Dataset, where: string): void {
  if (settings.dataHash !== hash)
    throw new DataError(
      `${where}: was made with other images or landmarks, their list's hash is ${hash.slice(0, 12)} now, got ${String(settings.dataHash).slice(0, 12)}`,
    )
}
