import { stat } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { type Dataset, readDataset } from '../data/index.ts'
import { UsageError } from '../errors.ts'
import { embedFolder } from './embed/embed-folder.ts'
import { embedVectors } from './embed/embed-vectors.ts'
import { type MissingImage, sayMissing } from './embed/missing-images.ts'
import { addModelOptions, type ModelFlags, modelFacts, openGivenModel } from './embed/model-options.ts'
import { flagOf } from './flag.ts'
import { interruption } from './interruption.ts'
import { progress } from './progress.ts'

interface Flags extends ModelFlags {
  readonly images?: string
  readonly vectors?: string
  readonly names?: string
  readonly out: string
  readonly landmarks?: string
  readonly rows: 'embedding' | 'feature'
  readonly allowMissing?: boolean
  readonly json?: boolean
}

/** Adds `steradian embed`. */
export function registerEmbed(program: Command): void {
  const command = program
    .command('embed')
    .description(
      'write the embeddings of a folder of people, or of vectors, as a NumPy file, and the names of its rows beside it',
    )
    .option('--images <folder>', 'folder of people, <person>/<image>')
    .option(
      '--vectors <file>',
      'instead, for a model of train --architecture mlp: vectors as .npy [N, K], or as a matrix file',
    )
    .option(
      '--names <file>',
      'the names of the rows of --vectors, one a line (default: the name of --vectors with .names.txt; where there is none, ' +
        'the embeddings have no names either)',
    )
    .requiredOption(
      '--out <file.npy>',
      'float32 [N, D]; the names lie beside it in <file>.names.txt, one a line',
    )
    .option(
      '--landmarks <file>',
      'CSV of five points an image; without it images are taken as already aligned',
    )
    .addOption(
      new Option('--rows <kind>', 'unit embeddings, or the same before normalisation')
        .choices(['embedding', 'feature'])
        .default('embedding'),
    )
    .option('--allow-missing', 'exit with 0, not 2, when some images cannot be used (they never have a row)')
    .option('--json', 'print the facts as one JSON object')
  addModelOptions(command).action(embedCommand)
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function embedCommand(flags: Flags): Promise<void> {
  const { images, vectors, names, out } = flags
  if ((images === undefined) === (vectors === undefined))
    throw new UsageError(
      `embed: expected either --images or --vectors, got ${images === undefined ? 'none' : 'both'}`,
    )
  if (vectors === undefined && names !== undefined)
    throw new UsageError(`--names: goes with --vectors, got ${names} with --images`)
  if ((await stat(out).catch(() => null))?.isDirectory())
    throw new UsageError(`--out: expected the name of a file, got the folder ${out}`)
  await (vectors === undefined ? fromImages(flags, images!) : fromVectors(flags, vectors))
}

/** What is said of pictures, and means nothing to vectors. */
const ofPictures = [
  'landmarks',
  'input',
  'mean',
  'scale',
  'channels',
  'layout',
  'alignment',
  'flip',
  'allowMissing',
] as const satisfies readonly (keyof Flags)[]

async function fromVectors(flags: Flags, vectors: string): Promise<void> {
  for (const name of ofPictures) {
    if (flags[name] !== undefined)
      throw new UsageError(`--vectors: takes no ${flagOf(name)}, got ${flags[name]}`)
  }
  const { out } = flags
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  const start = performance.now()
  let shown: ReturnType<typeof progress> | undefined
  try {
    const report = await embedVectors(vectors, {
      ...{ model: flags.model, threads: flags.threads, out, names: flags.names, rows: flags.rows },
      ...{ batch: flags.batch, signal },
      onProgress: (done, total) => {
        shown ??= progress({ total, label: 'embedding', unit: 'vectors', start })
        shown.update(done)
      },
    })
    if (!report) {
      say(`stopped: ${out} is not written`)
      process.exitCode = 130
      return
    }
    if (flags.json) process.stdout.write(`${JSON.stringify({ ...report, rows: flags.rows })}\n`)
    else {
      const named = report.names === null ? 'without names' : `names in ${report.names}`
      process.stdout.write(`${out}: ${report.vectors} x ${report.dimensions}, ${named}\n`)
    }
  } finally {
    shown?.finish()
    stop()
  }
}

async function fromImages(flags: Flags, images: string): Promise<void> {
  const { landmarks, out } = flags
  const dataset = await readDataset({ images, ...(landmarks !== undefined && { landmarks }), minPeople: 1 })
  if (!dataset.hasLandmarks) say('no landmarks: images are taken as already aligned')
  const { stray } = dataset.report
  if (stray.length > 0)
    say(
      `${stray.length} files that are no <person>/<image>: ${stray.slice(0, 3).join(', ')}${stray.length > 3 ? ', …' : ''}`,
    )
  const model = await openGivenModel(flags, say)
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  const start = performance.now()
  let shown: ReturnType<typeof progress> | undefined
  try {
    const report = await embedFolder(model, dataset, {
      ...{ out, rows: flags.rows, batch: flags.batch, signal },
      onProgress: (done) => {
        shown ??= progress({ total: dataset.samples.length, label: 'embedding', unit: 'images', start })
        shown.update(done)
      },
    })
    shown?.finish()
    if (!report) {
      say(`stopped: ${out} is not written`)
      process.exitCode = 130
      return
    }
    const missing = [...unusable(dataset), ...report.missing]
    sayMissing(missing, { of: report.images + missing.length, say })
    if (missing.length > 0 && !flags.allowMissing) process.exitCode = 2
    if (flags.json) {
      const facts = {
        ...report,
        rows: flags.rows,
        missing: missing.length,
        missingImages: missing,
        model: modelFacts(model),
      }
      process.stdout.write(`${JSON.stringify(facts)}\n`)
    } else {
      process.stdout.write(`${out}: ${report.images} x ${report.dimensions}, names in ${report.names}\n`)
    }
  } finally {
    shown?.finish()
    stop()
    await model.close()
  }
}

/** The images that landmarks leave out. */
function unusable({ report }: Dataset): MissingImage[] {
  return [
    ...report.withoutLandmarks.map((name) => ({ name, reason: 'no landmarks' })),
    ...report.ambiguousImages.map((name) => ({ name, reason: 'several landmark rows fit it' })),
  ]
}
