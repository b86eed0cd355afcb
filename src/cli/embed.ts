import { stat } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { type Dataset, readDataset } from '../data/index.ts'
import { UsageError } from '../errors.ts'
import { embedFolder } from './embed-folder.ts'
import { interruption } from './interruption.ts'
import { type MissingImage, sayMissing } from './missing-images.ts'
import { addModelOptions, type ModelFlags, modelFacts, openGivenModel } from './model-options.ts'
import { progress } from './progress.ts'

interface Flags extends ModelFlags {
  readonly images: string
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
      'write the embeddings of a folder of people as a NumPy file, and the names of its rows beside it',
    )
    .requiredOption('--images <folder>', 'folder of people, <person>/<image>')
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

async function embedCommand(flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { images, landmarks, out } = flags
  if ((await stat(out).catch(() => null))?.isDirectory())
    throw new UsageError(`--out: expected the name of a file, got the folder ${out}`)
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
