import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import { shown, UsageError } from '../../errors.ts'
import type { MegafaceVerification } from '../../evaluate/megaface.ts'
import { addModelOptions, type ModelFlags } from '../embed/model-options.ts'
import { addOutputOptions, type OutputFlags } from '../evaluate/evaluation-output.ts'
import { memoryFrom } from '../evaluate/memory.ts'
import { parseShard, type Shard } from '../evaluate/shard.ts'

/** What the options of `steradian evaluate megaface` say. */
export interface MegafaceFlags extends OutputFlags, Omit<ModelFlags, 'model'> {
  readonly model?: string
  readonly probes: string
  readonly distractors: string
  readonly probeFeatures?: string
  readonly distractorFeatures?: string
  readonly ending?: string
  readonly probeImages?: string
  readonly distractorImages?: string
  readonly probeLandmarks?: string
  readonly distractorLandmarks?: string
  readonly sizes?: readonly number[]
  readonly sets: readonly number[]
  readonly name: string
  readonly probeName?: string
  readonly challenge?: 1 | 2
  readonly verification: MegafaceVerification
  readonly noiseProbes?: string
  readonly noiseDistractors?: string
  readonly trainingList?: string
  readonly trainingImages?: number
  readonly normalise?: boolean
  readonly memory: number
  readonly shard?: Shard
  readonly beside: readonly string[]
  readonly cache: string | false
  readonly allowMissing?: boolean
}

/** Adds the options of `steradian evaluate megaface`. */
export function addMegafaceOptions(command: Command): Command {
  command
    .requiredOption('--probes <list.json>', 'the probe list: {"path": [...], "id": [...]}')
    .requiredOption(
      '--distractors <folder>',
      'holds the lists of distractors, megaface_features_list.json_SIZE_SET',
    )
    .option(
      '--probe-features <folder>',
      'features of the probes, a file each; or a .npy or matrix file of all',
    )
    .option('--distractor-features <folder>', 'features of the distractors, likewise')
    .option(
      '--ending <text>',
      'what stands after the path of an item in the name of its feature file, as _o.bin',
    )
    .option('--probe-images <folder>', 'images of the probes, for --model')
    .option('--distractor-images <folder>', 'images of the distractors, for --model')
    .option('--probe-landmarks <file>', 'CSV of five points a probe image; without it as already aligned')
    .option('--distractor-landmarks <file>', 'CSV of five points a distractor image, likewise')
    .option(
      '--sizes <numbers>',
      'numbers of distractors, as 10,100,1000 (default: all that the folder has)',
      wholes('sizes'),
    )
    .addOption(
      new Option('--sets <numbers>', 'sets of distractors, 1 to 3')
        .argParser(wholes('sets'))
        .default([1], '1'),
    )
    .requiredOption('--name <text>', 'name of the algorithm, for the result files', fileName('name'))
    .option(
      '--probe-name <text>',
      'name of the probes, for the result files (default: facescrub or fgnet where the name of the list has it, or that name)',
      fileName('probe-name'),
    )
    .addOption(
      new Option('--challenge <n>', 'lists with ids are of challenge 2 (default: as the lists are)')
        .choices(['1', '2'])
        .argParser(challenge),
    )
    .addOption(
      new Option(
        '--verification <name>',
        'full: all probes with all distractors, and that of the official tool beside it; devkit: that one alone',
      )
        .choices(['full', 'devkit'])
        .default('full'),
    )
    .option('--noise-probes <file>', 'list of mislabelled probes: results with and without them')
    .option('--noise-distractors <file>', 'list of mislabelled distractors, likewise')
    .option(
      '--training-list <file>',
      'people or images of the training set: refused if it has one of the probes',
    )
    .option(
      '--training-images <n>',
      'images of the training set, for its class (default: those of the training list)',
      (text) => whole('training-images', text),
    )
    .option('--normalise', 'bring features to length 1 first')
    .addOption(
      // Node, the runtime and a list of a million paths take half of the least before a feature is read.
      new Option('--memory <amount>', 'memory to keep to besides the model, from 1GiB, as 2GiB or 1536MiB')
        .argParser(memoryFrom(1024))
        .default(2 ** 31, '2GiB'),
    )
    .option('--shard <i/n>', 'count only this share; --out is then the new file of the part', parseShard)
    .addOption(
      new Option('--beside <cmc.json>', 'a cmc file of the official tool, to show beside; may be given again')
        .argParser((file: string, before: readonly string[]) => [...before, file])
        .default([], 'none'),
    )
    .option('--cache <folder>', 'where embeddings are kept for the next run', '.steradian/embeddings')
    .option('--no-cache', 'keep none')
    .option('--allow-missing', 'go on without items that cannot be used, and mark the result as incomplete')
  return addOutputOptions(addModelOptions(command, { optional: true }))
}

/**
 * The probes' short name for tables and result files: the option, or `facescrub` or `fgnet` where the list's name says so,
 * or that name without its ending.
 * @throws UsageError when that is no name for a file
 */
export function probeNameOf({ probeName, probes }: MegafaceFlags, say: (line: string) => void): string {
  if (probeName !== undefined) return probeName
  const stem = basename(probes).replace(/(?<=.)\.[^.]*$/, '')
  const known = (['facescrub', 'fgnet'] as const).find((name) => stem.toLowerCase().includes(name))
  const name = known ?? stem
  if (!namePattern.test(name))
    throw new UsageError(
      `--probe-name: expected letters, digits, and . _ + - after the first, got ${shown(name)} by the name of --probes`,
    )
  say(`${probes}: taken as ${name} by its name`)
  return name
}

/** Threads of the arithmetic, at least one. */
export const threadsOf = ({ threads }: Pick<MegafaceFlags, 'threads'>): number =>
  threads > 0 ? threads : availableParallelism()

function wholes(option: string): (text: string) => number[] {
  return (text) => {
    const values = text.split(',').map((part) => whole(option, part.trim()))
    return [...new Set(values)]
  }
}

function whole(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0)
    throw new UsageError(`--${option}: expected whole numbers from 1, got ${text || 'nothing'}`)
  return Number(text)
}

function challenge(text: string): number {
  if (text !== '1' && text !== '2') throw new UsageError(`--challenge: expected 1 or 2, got ${text}`)
  return Number(text)
}

/** What may stand in the name of a result file. */
const namePattern = /^[A-Za-z0-9][\w.+-]{0,99}$/

function fileName(option: string): (text: string) => string {
  return (text) => {
    if (!namePattern.test(text))
      throw new UsageError(
        `--${option}: expected letters, digits, and . _ + - after the first, got ${shown(text)}`,
      )
    return text
  }
}
