import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readText } from '../../data/read-text.ts'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import {
  type MegafaceProbes,
  parseMegafaceDistractors,
  parseMegafaceProbes,
} from '../../evaluate/megaface-list.ts'
import { parseNoise } from '../../evaluate/megaface-noise.ts'
import { trainingClass, trainingOverlap } from '../../evaluate/megaface-training.ts'
import type { JsonObject } from '../../evaluate/part-file.ts'
import { listFacts } from '../evaluate/evaluation-output.ts'
import type { MegafaceFlags } from './megaface-options.ts'

/** A list of distractors of one size and set, read when it is asked for: the largest has a million paths. */
export interface DistractorList {
  readonly size: number
  readonly set: number
  readonly file: string
  paths(): Promise<readonly string[]>
}

/** The lists of a run. */
export interface MegafaceLists {
  readonly probes: MegafaceProbes
  readonly distractors: readonly DistractorList[]
  readonly challenge: 1 | 2
  /** Lines of the lists of mislabelled images; undefined where neither was given. */
  readonly noise?: { readonly probes: readonly string[]; readonly distractors: readonly string[] }
  /** For the JSON: each list with its hash. */
  readonly facts: JsonObject
}

/** Reads the lists that the options name. @throws DataError, UsageError */
export async function readMegafaceLists(
  flags: MegafaceFlags,
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<MegafaceLists> {
  const probes = parseMegafaceProbes(await readText(flags.probes), { name: flags.probes })
  const distractors = await distractorLists(flags)
  const challenge = await challengeOf(flags, distractors, signal)
  const { noiseProbes, noiseDistractors } = flags
  const noiseOf = async (file: string | undefined) => (file ? parseNoise(await readText(file)) : [])
  const facts = async (file: string | undefined) =>
    file === undefined ? null : { ...(await listFacts(file)), file: basename(file) }
  const hasNoise = noiseProbes !== undefined || noiseDistractors !== undefined
  return {
    ...{ probes, distractors, challenge },
    ...(hasNoise && {
      noise: { probes: await noiseOf(noiseProbes), distractors: await noiseOf(noiseDistractors) },
    }),
    facts: {
      probes: await facts(flags.probes),
      distractors: await Promise.all(distractors.map(({ file }) => facts(file))),
      ...(hasNoise && {
        noiseProbes: await facts(noiseProbes),
        noiseDistractors: await facts(noiseDistractors),
      }),
      training: await training(flags, probes, say),
    },
  }
}

const LIST = 'megaface_features_list.json'

async function distractorLists({
  distractors: folder,
  sizes,
  sets,
}: MegafaceFlags): Promise<DistractorList[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  })
  const there = names.flatMap((name) => {
    const [, size, set] = /^megaface_features_list\.json_(\d{1,9})_(\d{1,9})$/.exec(name) ?? []
    return size === undefined ? [] : [{ size: Number(size), set: Number(set), file: join(folder, name) }]
  })
  if (there.length === 0) throw new DataError(`${folder}: expected ${LIST}_SIZE_SET, got none`)
  const found = new Map(there.map((list) => [`${list.size}_${list.set}`, list]))
  const wanted = sizes ?? [...new Set(there.filter(({ set }) => sets.includes(set)).map(({ size }) => size))]
  const lists = wanted
    .toSorted((a, b) => a - b)
    .flatMap((size) => sets.toSorted((a, b) => a - b).map((set) => ({ size, set })))
    .map(({ size, set }) => {
      const list = found.get(`${size}_${set}`)
      if (list) return list
      // Without --sizes a set may lack some of another's.
      if (sizes) throw new DataError(`${folder}: expected ${LIST}_${size}_${set}, got no such file`)
      return undefined
    })
    .filter((list) => list !== undefined)
  if (lists.length === 0) throw new DataError(`${folder}: expected lists of set ${sets.join(', ')}, got none`)
  return lists.map((list) => ({ ...list, paths: async () => (await readList(list)).paths }))
}

const readList = async ({ file, size }: Pick<DistractorList, 'file' | 'size'>) =>
  parseMegafaceDistractors(await readText(file), { name: file, size })

/** Which challenge the lists are of: those of challenge 2 have ids. @throws DataError unless all are of one; UsageError */
async function challengeOf(
  { challenge }: MegafaceFlags,
  lists: readonly DistractorList[],
  signal: AbortSignal,
): Promise<1 | 2> {
  const said = (found: 1 | 2): string => `${found === 2 ? '' : 'no '}"id"`
  let first: { readonly file: string; readonly found: 1 | 2 } | undefined
  for (const list of lists) {
    signal.throwIfAborted()
    const { file } = list
    const found = (await readList(list)).ids ? 2 : 1
    first ??= { file, found }
    if (found !== first.found)
      throw new DataError(`${file}: expected ${said(first.found)} as ${first.file}, got ${said(found)}`)
  }
  const { file, found } = first!
  if (challenge !== undefined && challenge !== found)
    throw new UsageError(`--challenge: expected ${found}, since ${file} has ${said(found)}, got ${challenge}`)
  return found
}

/** What is known of the training set. @throws DataError when it shares a person with the probes */
async function training(
  { trainingList, trainingImages }: MegafaceFlags,
  { ids }: MegafaceProbes,
  say: (line: string) => void,
): Promise<JsonObject | null> {
  if (trainingList === undefined)
    return trainingImages === undefined
      ? null
      : { images: trainingImages, class: trainingClass(trainingImages), sharedPeople: null }
  const { shared, lines, images } = trainingOverlap(await readText(trainingList), ids)
  if (shared === null) say(`${trainingList}: not compared, the probes' people have numbers for names`)
  else if (shared.length > 0)
    throw new DataError(
      `${trainingList}: expected no person of the probes, got ${shared.length}: ${shared.slice(0, 5).join(', ')}${shared.length > 5 ? ', …' : ''}`,
    )
  const count = trainingImages ?? (images > 0 ? images : null)
  return {
    list: { ...(await listFacts(trainingList)), file: basename(trainingList) },
    ...{ lines, images: count, class: count === null ? null : trainingClass(count) },
    sharedPeople: shared === null ? null : 0,
  }
}
