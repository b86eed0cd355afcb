import { access, constants } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { type Faces, memorySource, syntheticFacesAsync, trainingData } from '../data/index.ts'
import { embedImages, openModel } from '../embed/index.ts'
import { fileProblem, UsageError } from '../errors.ts'
import { identifyAmongDistractors, lfw, makePairs, verifyAmongDistractors } from '../evaluate/index.ts'
import type { Matrix } from '../math/matrix.ts'
import { demoReport, demoTable, judgedPairs, type LossReport, type Settings } from '../report/index.ts'
import { train } from '../train/index.ts'
import { namesOf, sampleRows, worstPictures } from './demo-pictures.ts'
import { writeWhole } from './files/write-file.ts'
import { interruption } from './interruption.ts'
import { progress } from './progress.ts'
import { type Recipe, resolveRecipe } from './train/recipe.ts'
import { modelFile, trainOptions } from './train/training-run.ts'
import { version } from './version.ts'

/** How much of what the main job renders, learns and tests. */
export interface DemoPlan {
  /** Three groups of people who share nobody: learnt from, tested on, and strangers among whom the tested are looked for. */
  readonly groups: Readonly<Record<Group, number>>
  readonly imagesPerPerson: number
  readonly pairsPerFold: number
  readonly recipe: Readonly<Record<string, unknown>>
}

type Group = 'training' | 'testing' | 'distractors'

/**
 * What `npm start` does, settled on people of another seed: small enough for minutes, learning enough to be worth looking
 * at. Softmax needs the lower rate (0.1 ends in NaN). A-Softmax has its features normalised as the others have: with ‖x‖
 * free so short a run rests at ln C.
 */
const usual: DemoPlan = {
  groups: { training: 320, testing: 100, distractors: 100 },
  imagesPerPerson: 16,
  pairsPerFold: 100,
  recipe: {
    architecture: 'sfnet10',
    width: 0.25,
    dimensions: 128,
    input: '56x48',
    epochs: 10,
    batch: 64,
    rate: 0.1,
    perLoss: {
      softmax: { rate: 0.05 },
      nsl: { scale: 16 },
      'a-softmax': { normaliseFeatures: true, scale: 16, lambdaRun: 28000 },
      lmcl: { scale: 16, marginRamp: 200 },
    },
  },
}
const losses = ['softmax', 'nsl', 'a-softmax', 'lmcl']
const titles: Record<string, string> = {
  softmax: 'Softmax',
  nsl: 'NSL',
  'a-softmax': 'A-Softmax',
  lmcl: 'LMCL',
}

export interface Flags {
  readonly out: string
  readonly seed: string
  readonly json?: boolean
}

/** Adds `steradian demo`, which `npm start` runs. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'the main job on synthetic faces: train with four losses, prove on people never seen, write a report',
    )
    .option('--out <file>', 'the report', 'report.html')
    .option('--seed <number>', 'of faces and training', '0')
    .option('--json', 'print the results as one JSON object')
    .action((flags: Flags) => demo(flags))
}

/** Does the main job and writes its report. @throws UsageError before anything is computed */
export async function demo(flags: Flags, plan: DemoPlan = usual): Promise<void> {
  const { recipe } = plan
  const seed = Number(flags.seed)
  if (!Number.isSafeInteger(seed) || seed < 0 || flags.seed.trim() === '')
    throw new UsageError(`--seed: must be a whole number of at least 0, got ${flags.seed}`)
  await access(dirname(flags.out), constants.W_OK).catch((error: unknown) => {
    throw new UsageError(`--out: the report cannot be written there, ${fileProblem(error)}, got ${flags.out}`)
  })
  const started = performance.now()
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  try {
    const faces = await renderGroups(plan, { seed, signal })
    const reports: LossReport[] = []
    for (const loss of losses) {
      const resolved = resolveRecipe(recipe, { loss, seed }, { where: 'demo' })
      reports.push(await trainAndProve(resolved, faces, { plan, seed, signal }))
    }
    const { people, images } = sizes(faces, plan)
    const { perLoss: _, ...shared } = recipe
    const page = demoReport({
      losses: reports,
      training: { people: people.training, images: images.training },
      testing: { people: people.testing, images: images.testing },
      distractors: { people: people.distractors, images: images.distractors },
      faces: await sampleRows(faces.training, plan),
      pictures: await worstPictures(reports, faces.testing, plan),
      faceAspect: faces.training.height / faces.training.width,
      settings: shared as Settings,
      seed,
      versions: {
        steradian: version,
        node: process.versions.node,
        machine: `${process.platform} ${process.arch}, ${availableParallelism()} cores`,
      },
      seconds: (performance.now() - started) / 1000,
    })
    signal.throwIfAborted()
    if (flags.json) process.stdout.write(`${JSON.stringify(facts(reports, seed))}\n`)
    else process.stdout.write(`\n${demoTable(reports)}\n`)
    await writeWhole(flags.out, page)
    say(`\n${flags.out} shows it all (${Math.round((performance.now() - started) / 1000)} s)`)
  } catch (error) {
    if (error !== signal.reason) throw error
    say('stopped; nothing was written')
    process.exitCode = 130
  } finally {
    stop()
  }
}

async function renderGroups(
  { groups, imagesPerPerson }: DemoPlan,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<Record<Group, Faces>> {
  const total = (groups.training + groups.testing + groups.distractors) * imagesPerPerson
  const shown = progress({ total, label: 'rendering faces', unit: 'images' })
  const rendered = {} as Record<Group, Faces>
  let firstPerson = 0
  try {
    for (const group of Object.keys(groups) as Group[]) {
      const before = firstPerson * imagesPerPerson
      rendered[group] = await syntheticFacesAsync({
        people: groups[group],
        imagesPerPerson,
        seed,
        firstPerson,
        signal,
        onProgress: (done) => shown.update(before + done),
      })
      firstPerson += groups[group]
    }
  } finally {
    shown.finish()
  }
  return rendered
}

const sizes = (faces: Record<Group, Faces>, { groups }: DemoPlan) => ({
  people: groups,
  images: {
    training: faces.training.labels.length,
    testing: faces.testing.labels.length,
    distractors: faces.distractors.labels.length,
  },
})

async function trainAndProve(
  resolved: Recipe,
  faces: Record<Group, Faces>,
  { plan, seed, signal }: { readonly plan: DemoPlan; readonly seed: number; readonly signal: AbortSignal },
): Promise<LossReport> {
  const started = performance.now()
  const name = titles[resolved.loss]!
  const data = trainingData(memorySource(faces.training))
  const options = trainOptions(resolved, data)
  const shown = progress({
    total: options.steps * options.batch,
    label: `${name} `.padEnd(10),
    unit: 'images',
  })
  const lossCurve: { step: number; loss: number }[] = []
  const metrics: Record<string, { steps: number[]; values: number[] }> = {}
  let lambda: number | null = null
  const trained = await train({
    ...options,
    signal,
    onStep: ({ step, loss, rate, values }) => {
      lossCurve.push({ step, loss })
      for (const [metric, value] of Object.entries({ rate, ...values })) {
        const { steps, values: at } = (metrics[metric] ??= { steps: [], values: [] })
        steps.push(step)
        at.push(value)
      }
      lambda = values.lambda ?? null
      shown.update(step * options.batch, `loss ${loss.toFixed(2)}`)
    },
  }).finally(shown.finish)
  if (trained.interrupted) throw signal.reason
  const seconds = (performance.now() - started) / 1000
  const model = modelFile(
    { ...resolved, flip: 'concat' },
    { values: trained.values, data: { people: plan.groups.training, images: data.count, hash: '' } },
  )
  const embedder = await openModel(model)
  try {
    const embed = async (group: Faces): Promise<Matrix> =>
      (await embedImages(embedder, memorySource(group), { signal })).embedding
    const tested = await embed(faces.testing)
    const strangers = await embed(faces.distractors)
    const who = faces.testing.labels
    const images = namesOf(faces.testing, plan)
    const pairs = makePairs(who, { folds: 10, pairsPerFold: plan.pairsPerFold, seed, images })
    const verified = lfw({ feature: tested }, pairs)
    return {
      name,
      ...verified,
      pairs: judgedPairs(verified, pairs),
      identification: identifyAmongDistractors(tested, who, strangers),
      amongDistractors: verifyAmongDistractors(tested, who, strangers),
      lossCurve,
      metrics,
      settings: {
        ...resolved.lossOptions,
        rate: resolved.rate,
        ...(lambda !== null && { 'λ reached': Number((lambda as number).toPrecision(3)) }),
      },
      seconds,
    }
  } finally {
    await embedder.close()
  }
}

const facts = (reports: readonly LossReport[], seed: number) => ({
  seed,
  losses: reports.map(({ name, result, identification, amongDistractors, settings, seconds }) => ({
    name,
    ...result,
    rank1: identification.rank1,
    amongDistractors,
    settings,
    seconds,
  })),
})
