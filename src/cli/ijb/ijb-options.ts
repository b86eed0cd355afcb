import { type Command, Option } from 'commander'
import { UsageError } from '../../errors.ts'
import { addModelOptions } from '../embed/model-options.ts'
import { addOutputOptions, type OutputFlags } from '../evaluate/evaluation-output.ts'
import { parseMemory } from '../evaluate/memory.ts'
import { parseShard, type Shard } from '../evaluate/shard.ts'
import type { IjbTemplateFlags } from './ijb-templates.ts'

/** What the options of `addIjbOptions` say. */
export interface IjbFlags extends IjbTemplateFlags, OutputFlags {
  readonly templates: string
  readonly pairs?: string
  readonly names?: string
  readonly gallery1?: string
  readonly gallery2?: string
  readonly probes?: string
  readonly protocol?: '1:1' | '1:n' | 'both'
  readonly shard?: Shard
}

/** Adds the options of `evaluate ijbb` and `evaluate ijbc`. */
export function addIjbOptions(command: Command): Command {
  command
    .requiredOption('--templates <file>', 'face_tid_mid.txt: a line an image, its template and its medium')
    .option(
      '--names <file>',
      'name_5pts_score.txt: a line an image, its five points and the score of its detection',
    )
    .option('--pairs <file>', 'template_pair_label.txt, for 1:1')
    .option('--gallery1 <file.csv>', 'templates and people of the first gallery, for 1:N')
    .option('--gallery2 <file.csv>', 'those of the second')
    .option('--probes <file.csv>', 'templates and people of the searches, for 1:N')
    .addOption(
      new Option('--protocol <name>', 'what to compute (default: all that the lists allow)').choices([
        ...['1:1', '1:n', 'both'],
      ]),
    )
    .addOption(
      new Option(
        '--weight <name>',
        'what multiplies the feature of an image: nothing, or the score of its detection',
      )
        .choices(['none', 'detection'])
        .default('none'),
    )
    .option('--unit', 'divide the feature of each image by its length first')
    .option('--images <folder>', 'folder of the loose crops, under their names in the list')
    .option(
      '--features <file>',
      'instead of --model and --images: features as .npy [N, D] or as a matrix file, a row an image in the order of the list',
    )
    .option(
      '--feature-names <file>',
      'names of the rows of --features, one a line, where they come in another order (default: the name of --features ' +
        'with .names.txt, if there is one)',
    )
    .option('--cache <folder>', 'where embeddings are kept for the next run', '.steradian/embeddings')
    .option('--no-cache', 'keep none')
    .option('--allow-missing', 'go on without images that cannot be used, and mark the result as incomplete')
    .option(
      '--memory <amount>',
      'memory to keep to besides the model, as 2GiB or 512MiB',
      parseMemory,
      2 ** 31,
    )
    .option(
      '--shard <i/n>',
      'judge only this share of the impostor pairs of 1:1; --out is then the new file of the part',
      parseShard,
    )
  addOutputOptions(command)
  return addModelOptions(command, { optional: true })
}

/** The parts of the protocol. */
export interface IjbParts {
  readonly pairs: boolean
  readonly search: boolean
}

/** Which parts of the protocol the options ask for. @throws UsageError where lists of them are not given, or there is none */
export function ijbParts({ protocol, pairs, gallery1, gallery2, probes, shard, out }: IjbFlags): IjbParts {
  const searches = [gallery1, gallery2, probes].some((list) => list !== undefined)
  const asked = {
    pairs: protocol ? protocol !== '1:n' : pairs !== undefined,
    search: protocol ? protocol !== '1:1' : searches,
  }
  if (!asked.pairs && !asked.search)
    throw new UsageError('lists: expected --pairs for 1:1, or --gallery1 and --probes for 1:N, got none')
  const need = (name: string, given: string | undefined, what: string): void => {
    if (given === undefined) throw new UsageError(`--${name}: expected the list for ${what}, got none`)
  }
  if (asked.pairs) need('pairs', pairs, '1:1')
  if (asked.search) {
    need('gallery1', gallery1, '1:N')
    need('probes', probes, '1:N')
  }
  if (shard && (asked.search || !asked.pairs))
    throw new UsageError('--shard: expected 1:1 alone (--protocol 1:1), got 1:N')
  if (shard && out === undefined) throw new UsageError('--shard: needs --out, the new file of the part')
  return asked
}
