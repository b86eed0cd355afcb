import type { Command } from 'commander'
import { StoppedError } from '../../errors.ts'
import { interruption } from '../interruption.ts'
import { progress } from '../progress.ts'
import { numberOption } from './figure-options.ts'
import type { ToyResult } from './toy-training.ts'

/** What the options of `addToyOptions` say. */
export interface ToyFlags {
  readonly data: string
  readonly landmarks?: string
  readonly dimensions: number
  readonly loss: readonly string[]
  readonly classes: number
  readonly perClass: number
  readonly start: number
  readonly steps: number
  readonly seed: number
}

/** Adds the options of the figures that train a small network to draw what it made of its data. */
export function addToyOptions(
  command: Command,
  { losses, dimensions = 2 }: { readonly losses: readonly string[]; readonly dimensions?: number },
): Command {
  const least = Number.MAX_SAFE_INTEGER
  return command
    .option(
      '--data <what>',
      'digits (of the package mnist), faces (synthetic) or a folder of people, of whom those with most pictures are taken',
      'digits',
    )
    .option(
      '--landmarks <file>',
      'the points of the faces of a folder; without them they are taken as aligned',
    )
    .option(
      '--dimensions <n>',
      'numbers of an embedding',
      numberOption('dimensions', 2, 3, { whole: true }),
      dimensions,
    )
    .option(
      '--loss <names...>',
      'NAME, NAME:MARGIN, and :unit or :free after it for features normalised or not, as a-softmax:4:unit',
      [...losses],
    )
    .option('--classes <n>', 'classes learnt', numberOption('classes', 2, 100, { whole: true }), 8)
    .option(
      '--per-class <n>',
      'pictures of a class, at most; of synthetic faces no more than 60',
      numberOption('per-class', 2, 1000, { whole: true }),
      150,
    )
    .option(
      '--start <n>',
      'steps of the network that all losses start from (A-Softmax, m = 1); 0 for random weights',
      numberOption('start', 0, 1e6, { whole: true }),
      500,
    )
    .option('--steps <n>', 'steps of each loss', numberOption('steps', 1, 1e6, { whole: true }), 300)
    .option('--seed <n>', 'of training', numberOption('seed', 0, least, { whole: true }), 0)
}

/** Trains what the options ask for; nothing is kept. @throws UsageError, DataError, NumericError, StoppedError */
export async function trainedToys(flags: ToyFlags): Promise<{
  readonly results: readonly ToyResult[]
  /** What was learnt, and so is drawn, for the title of a figure: these are no pictures that the network has not seen. */
  readonly source: string
  readonly notes: readonly string[]
}> {
  // Loaded when they are needed: the other figures draw where the runtime does not start.
  const [{ toyData }, { toyExperiment }, { toyLoss }] = await Promise.all([
    import('./toy-data.ts'),
    import('./toy-experiment.ts'),
    import('./toy-losses.ts'),
  ])
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { data: what, landmarks, loss: keys, dimensions, classes, perClass, start, steps, seed } = flags
  const warnings = keys
    .map(toyLoss)
    .flatMap(({ title, built }) => built.warnings(classes, dimensions).map((line) => `${title}: ${line}`))
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  try {
    const data = await toyData(what, { classes, perClass, seed, landmarks, signal })
    const shown = progress({
      total: start + keys.length * steps,
      label: `${data.labels.length} pictures of ${data.source}`,
      unit: 'steps',
    })
    const results = await toyExperiment(data, keys, {
      ...{ dimensions, start, steps, seed, signal },
      onProgress: (name, done) => shown.update(done, name),
    }).finally(shown.finish)
    return { results, source: `${data.source} (training images)`, notes: warnings }
  } catch (error) {
    throw signal.aborted ? new StoppedError('figure: stopped, nothing was written') : error
  } finally {
    stop()
  }
}
