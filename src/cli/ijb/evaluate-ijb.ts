import { setImmediate } from 'node:timers/promises'
import type { Command } from 'commander'
import { StoppedError } from '../../errors.ts'
import {
  encodePart,
  type IjbImages,
  readIjbFaces,
  readIjbImages,
  readIjbPairs,
  readIjbSearchList,
  searchGallery,
  searchJoined,
  type Templates,
  verifyTemplates,
} from '../../evaluate/index.ts'
import { writeEvaluation } from '../evaluate/evaluation-output.ts'
import { type ListFile, listFile } from '../files/list-file.ts'
import { writeWhole } from '../files/write-file.ts'
import { interruption } from '../interruption.ts'
import { progress } from '../progress.ts'
import { version } from '../version.ts'
import { addIjbOptions, type IjbFlags, type IjbParts, ijbParts } from './ijb-options.ts'
import { type IjbSearches, type IjbSetup, ijbEvaluation } from './ijb-report.ts'
import { pooledTemplates } from './ijb-templates.ts'
import { ijbPart } from './merge-ijb.ts'

/** Adds `steradian evaluate ijbb` and `steradian evaluate ijbc`, which differ in name alone. */
export function registerEvaluateIjb(evaluate: Command): void {
  for (const [name, title] of [
    ['ijbb', 'IJB-B'],
    ['ijbc', 'IJB-C'],
  ] as const) {
    const command = evaluate
      .command(name)
      .description(`verification and identification of templates, as ${title} has it`)
    addIjbOptions(command).action((flags: IjbFlags) => evaluateIjb(name, flags))
  }
}

async function evaluateIjb(protocol: string, flags: IjbFlags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const asked = ijbParts(flags)
  const lists = listFiles(flags, asked)
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  try {
    const images = await readIjbImages(lists.templates!.bytes(), { where: flags.templates })
    const faces =
      lists.names && (await readIjbFaces(lists.names.bytes(), images.names, { where: flags.names! }))
    const searchLists = asked.search ? await readSearchLists(flags, lists, images) : undefined
    const { templates, missingItems, source } = await pooledTemplates(flags, images, { faces, say, signal })
    const verification = asked.pairs
      ? await verify(lists.pairs!, { where: flags.pairs!, templates, images, flags, signal })
      : undefined
    const setup: IjbSetup = {
      ...{ protocol, source },
      lists: Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.facts()])),
      ...{ weight: flags.weight, unit: flags.unit ?? false },
      ...{ images: images.names.length, templates: images.templateIds.length },
      missingTemplates: templates.missing.reduce((a, b) => a + b, 0),
      missingItems,
    }
    if (flags.shard) {
      await writeWhole(flags.out!, await encodePart(ijbPart(setup, flags.shard, verification!)))
      const { index, count } = flags.shard
      process.stdout.write(
        flags.json
          ? `${JSON.stringify({ protocol, version, part: flags.out, shard: { index, count } })}\n`
          : `${flags.out}: part ${index} of ${count}\n`,
      )
      return
    }
    const searches = searchLists && (await search(searchLists, { templates, signal }))
    const found = { ...(verification && { verification }), ...(searches && { searches }) }
    await writeEvaluation(flags, ijbEvaluation(setup, found))
  } finally {
    stop()
  }
}

type ListName = 'templates' | 'names' | 'pairs' | 'gallery1' | 'gallery2' | 'probes'
type ListFiles = Partial<Record<ListName, ListFile>>

/** The lists that are given and asked for. */
function listFiles(flags: IjbFlags, asked: IjbParts): ListFiles {
  const used = [
    ...(['templates', 'names'] as const),
    ...(asked.pairs ? (['pairs'] as const) : []),
    ...(asked.search ? (['gallery1', 'gallery2', 'probes'] as const) : []),
  ]
  return Object.fromEntries(
    used.flatMap((name) => (flags[name] === undefined ? [] : [[name, listFile(flags[name])]])),
  )
}

async function readSearchLists(flags: IjbFlags, lists: ListFiles, { rowOf }: IjbImages) {
  const read = (name: ListName) =>
    readIjbSearchList(lists[name]!.bytes(), rowOf, { where: String(flags[name]) })
  return {
    galleries: [
      { gallery: 'gallery1', list: await read('gallery1') },
      ...(lists.gallery2 ? [{ gallery: 'gallery2', list: await read('gallery2') }] : []),
    ],
    probes: await read('probes'),
  }
}

async function verify(
  list: ListFile,
  {
    where,
    templates,
    images,
    flags,
    signal,
  }: {
    readonly where: string
    readonly templates: Templates
    readonly images: IjbImages
    readonly flags: IjbFlags
    readonly signal: AbortSignal
  },
) {
  let total: number | undefined
  let pass = 1
  let shown = progress({ label: 'genuine pairs', unit: 'pairs' })
  try {
    return await verifyTemplates(templates, () => readIjbPairs(list.bytes(), images.rowOf, { where }), {
      memory: flags.memory / 4,
      ...(flags.shard && { shard: flags.shard }),
      onProgress: async (now, pairs) => {
        if (now > pass) {
          shown.finish()
          shown = progress({ label: 'impostor pairs', unit: 'pairs', total })
          pass = now
        } else if (now === 1) total = pairs
        shown.update(pairs)
        await breathe(signal)
      },
    })
  } finally {
    shown.finish()
  }
}

async function search(
  { galleries, probes }: Awaited<ReturnType<typeof readSearchLists>>,
  { templates, signal }: { readonly templates: Templates; readonly signal: AbortSignal },
): Promise<IjbSearches> {
  const shownAs = async <Found>(
    label: string,
    work: (onProgress: (done: number) => Promise<void>) => Promise<Found>,
  ): Promise<Found> => {
    const shown = progress({ label, unit: 'searches', total: probes.rows.length })
    return work((done) => {
      shown.update(done)
      return breathe(signal)
    }).finally(() => shown.finish())
  }
  const found = []
  for (const { gallery, list } of galleries)
    found.push({
      gallery,
      search: await shownAs(gallery, (onProgress) =>
        searchGallery(templates, list, probes, { where: gallery, onProgress }),
      ),
    })
  if (galleries.length < 2) return { galleries: found }
  const lists = galleries.map(({ list }) => list)
  const joined = await shownAs('both galleries', (onProgress) =>
    searchJoined(templates, lists, probes, { onProgress }),
  )
  return { galleries: found, joined }
}

/** Lets signals and the terminal have their turn. @throws StoppedError when Ctrl-C was pressed */
async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal.aborted) throw new StoppedError('evaluation: stopped')
}
