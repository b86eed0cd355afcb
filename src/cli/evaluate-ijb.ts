import { setImmediate } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { StoppedError, UsageError } from '../errors.ts'
import {
  type IjbImages,
  readIjbFaces,
  readIjbImages,
  readIjbPairs,
  readIjbSearchList,
  searchGallery,
  type Templates,
  verifyTemplates,
} from '../evaluate/index.ts'
import type { EvaluationCurves } from './evaluation-curves.ts'
import { addOutputOptions, listFacts, missingFacts, writeEvaluation } from './evaluation-output.ts'
import { fileBytes } from './file-bytes.ts'
import {
  identificationFacts,
  identificationTable,
  verificationFacts,
  verificationTable,
} from './ijb-facts.ts'
import { type IjbTemplateFlags, pooledTemplates } from './ijb-templates.ts'
import { interruption } from './interruption.ts'
import { parseMemory } from './memory-size.ts'
import { addModelOptions } from './model-options.ts'
import { progress } from './progress.ts'

interface Flags extends IjbTemplateFlags {
  readonly templates: string
  readonly pairs?: string
  readonly names?: string
  readonly gallery1?: string
  readonly gallery2?: string
  readonly probes?: string
  readonly protocol?: '1:1' | '1:n' | 'both'
  readonly json?: boolean
  readonly out?: string
}

/** Adds `steradian evaluate ijbb` and `steradian evaluate ijbc`, which differ in name alone. */
export function registerEvaluateIjb(evaluate: Command): void {
  for (const [name, title] of [
    ['ijbb', 'IJB-B'],
    ['ijbc', 'IJB-C'],
  ] as const) {
    const command = evaluate
      .command(name)
      .description(`verification and identification of templates, as ${title} has it`)
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
        'the names of the rows of --features, one a line, where they come in another order (default: the name of --features with .names.txt, if there is one)',
      )
      .option('--cache <folder>', 'where embeddings are kept for the next run', '.steradian/embeddings')
      .option('--no-cache', 'keep none')
      .option(
        '--allow-missing',
        'go on without images that cannot be used, and mark the result as incomplete',
      )
      .option(
        '--memory <size>',
        'what lists, templates and features in flight may take',
        (text) => parseMemory(text),
        2 ** 31,
      )
    addOutputOptions(command)
    addModelOptions(command, { optional: true }).action((flags: Flags) => evaluateIjb(name, flags))
  }
}

async function evaluateIjb(protocol: string, flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const asked = partsAsked(flags)
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  try {
    const images = await readIjbImages(fileBytes(flags.templates), { where: flags.templates })
    const faces =
      flags.names === undefined
        ? undefined
        : await readIjbFaces(fileBytes(flags.names), images.names, { where: flags.names })
    const searchLists = asked.search ? await readSearchLists(flags, images) : undefined
    const { templates, missingItems, source } = await pooledTemplates(flags, images, { faces, say, signal })
    const facts: Record<string, unknown> = {
      ...source,
      lists: await lists(flags, asked),
      ...{ weight: flags.weight, unit: flags.unit ?? false },
      images: images.names.length,
      templates: images.templateIds.length,
      missingTemplates: templates.missing.reduce((a, b) => a + b, 0),
      ...missingFacts(missingItems),
    }
    const table: string[] = [
      `${images.names.length} images in ${images.templateIds.length} templates, weight ${flags.weight}`,
    ]
    const curves: { -readonly [K in keyof EvaluationCurves]: EvaluationCurves[K] } = {}
    if (asked.pairs) {
      const found = verificationFacts(await verify(flags.pairs!, { templates, images, flags, signal }))
      facts.verification = found.facts
      table.push(...verificationTable(found.facts))
      Object.assign(curves, { roc: [found.roc], det: [found.det] })
    }
    if (searchLists) {
      const found = identificationFacts(await search(searchLists, { templates, signal }))
      facts.identification = found.facts
      table.push(...identificationTable(found.facts))
      curves.cmc = found.cmc
    }
    await writeEvaluation(flags, {
      protocol,
      facts: { ...facts, ...missingFacts(missingItems) },
      table,
      curves,
    })
  } finally {
    stop()
  }
}

/** Which parts of the protocol the options ask for. @throws UsageError where lists of them are not given, or there is none */
function partsAsked({ protocol, pairs, gallery1, gallery2, probes }: Flags): {
  readonly pairs: boolean
  readonly search: boolean
} {
  const need = (name: string, given: string | undefined, what: string): void => {
    if (given === undefined) throw new UsageError(`--${name}: expected the list for ${what}, got none`)
  }
  const searches = [gallery1, gallery2, probes].some((list) => list !== undefined)
  const asked = {
    pairs: protocol ? protocol !== '1:n' : pairs !== undefined,
    search: protocol ? protocol !== '1:1' : searches,
  }
  if (!asked.pairs && !asked.search)
    throw new UsageError('lists: expected --pairs for 1:1, or --gallery1 and --probes for 1:N, got none')
  if (asked.pairs) need('pairs', pairs, '1:1')
  if (asked.search) {
    need('gallery1', gallery1, '1:N')
    need('probes', probes, '1:N')
  }
  return asked
}

async function lists(flags: Flags, asked: ReturnType<typeof partsAsked>): Promise<Record<string, unknown>> {
  const used = [
    ...(['templates', 'names'] as const),
    ...(asked.pairs ? (['pairs'] as const) : []),
    ...(asked.search ? (['gallery1', 'gallery2', 'probes'] as const) : []),
  ]
  const facts: Record<string, unknown> = {}
  for (const name of used) if (flags[name] !== undefined) facts[name] = await listFacts(flags[name])
  return facts
}

async function readSearchLists({ gallery1, gallery2, probes }: Flags, { rowOf }: IjbImages) {
  const read = (file: string) => readIjbSearchList(fileBytes(file), rowOf, { where: file })
  return {
    galleries: [
      { gallery: 'gallery1', list: await read(gallery1!) },
      ...(gallery2 === undefined ? [] : [{ gallery: 'gallery2', list: await read(gallery2) }]),
    ],
    probes: await read(probes!),
  }
}

async function verify(
  file: string,
  {
    templates,
    images,
    flags,
    signal,
  }: {
    readonly templates: Templates
    readonly images: IjbImages
    readonly flags: Flags
    readonly signal: AbortSignal
  },
) {
  let total: number | undefined
  let pass = 1
  let shown = progress({ label: 'genuine pairs', unit: 'pairs' })
  try {
    return await verifyTemplates(
      templates,
      () => readIjbPairs(fileBytes(file), images.rowOf, { where: file }),
      {
        memory: flags.memory / 4,
        onProgress: async (now, pairs) => {
          if (now > pass) {
            shown.finish()
            shown = progress({ label: 'impostor pairs', unit: 'pairs', total })
            pass = now
          } else if (now === 1) total = pairs
          shown.update(pairs)
          await breathe(signal)
        },
      },
    )
  } finally {
    shown.finish()
  }
}

async function search(
  { galleries, probes }: Awaited<ReturnType<typeof readSearchLists>>,
  { templates, signal }: { readonly templates: Templates; readonly signal: AbortSignal },
) {
  const found = []
  for (const { gallery, list } of galleries) {
    const shown = progress({ label: gallery, unit: 'searches', total: probes.rows.length })
    try {
      found.push({
        gallery,
        search: await searchGallery(templates, list, probes, {
          where: gallery,
          onProgress: (done) => {
            shown.update(done)
            return breathe(signal)
          },
        }),
      })
    } finally {
      shown.finish()
    }
  }
  return found
}

/** Lets signals and the terminal have their turn. @throws StoppedError when Ctrl-C was pressed */
async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal.aborted) throw new StoppedError('evaluation: stopped')
}
