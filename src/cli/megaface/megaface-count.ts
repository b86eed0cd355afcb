import { DataError } from '../../errors.ts'
import { type MegafaceResult, megafacePlan, megafaceResult } from '../../evaluate/megaface.ts'
import { findNoise } from '../../evaluate/megaface-noise.ts'
import { type ProbePairs, probePairs } from '../../evaluate/megaface-pairs.ts'
import type { JsonObject } from '../../evaluate/part-file.ts'
import type { Matrix } from '../../math/matrix.ts'
import {
  countDistractors,
  type DistractorTally,
  type PartialTally,
  type TallyPlan,
  tallyPart,
} from '../../search/index.ts'
import type { UnusableItems } from '../embed/feature-folder.ts'
import { type MissingImage, sayMissing } from '../embed/missing-images.ts'
import { progress } from '../progress.ts'
import { type DistractorFeatures, findDistractors, openDistractors } from './megaface-distractors.ts'
import type { DistractorList, MegafaceLists } from './megaface-lists.ts'
import { type MegafaceFlags, threadsOf } from './megaface-options.ts'
import { type FeatureOrigin, fileFacts } from './megaface-origin.ts'
import { missingError, type ProbeFeatures } from './megaface-probes.ts'
import { scratchFolder } from './megaface-scratch.ts'

/** All items, or all but the mislabelled. */
export type Cleaning = 'raw' | 'cleaned'

/** The probes of a cleaning, and what to count for them. */
export interface CountedProbes {
  readonly cleaning: Cleaning
  /** Their places in the list, [P]. */
  readonly index: Int32Array
  readonly plan: TallyPlan
  readonly pairs: ProbePairs
}

/** What was counted for one list of distractors: all of it, or a shard's part. */
export interface Count {
  readonly size: number
  readonly set: number
  readonly cleaning: Cleaning
  /** The places of the distractors in their list, [M]. */
  readonly index: Int32Array
  readonly counted:
    | { readonly tally: DistractorTally; readonly result: MegafaceResult }
    | { readonly part: PartialTally }
}

/** What is known of a cleaning beside the counts. */
export interface NoiseFound {
  readonly named: number
  readonly unmatched: number
}

/** The probes of each cleaning: all that can be used, and where lists of mislabelled images were given those less these. */
export function countedProbes(
  { probes, noise }: MegafaceLists,
  { matrix, missing }: ProbeFeatures,
  { verification }: Pick<MegafaceFlags, 'verification'>,
): { readonly each: readonly CountedProbes[]; readonly noise?: NoiseFound } {
  const named = noise && findNoise(probes.paths, noise.probes)
  const of = (cleaning: Cleaning): CountedProbes => {
    const index = placesWhere(
      probes.paths.length,
      (i) => !missing[i] && !(cleaning === 'cleaned' && named!.named[i]),
    )
    const rows = rowsAt(matrix, index)
    const labels = index.map((i) => probes.labels[i]!)
    const pairs = probePairs(rows, labels)
    return { cleaning, index, plan: megafacePlan(rows, labels, pairs, { verification }), pairs }
  }
  return {
    each: named ? [of('raw'), of('cleaned')] : [of('raw')],
    ...(named && { noise: { named: named.images, unmatched: named.unmatched } }),
  }
}

/** What counting all lists found. */
export interface Counts {
  readonly counts: readonly Count[]
  readonly missingItems: readonly MissingImage[]
  /** Of each list that was given lists of mislabelled images: how many distractors these name. */
  readonly noise: readonly NoiseFound[]
  /** For the JSON: what the distractors were read or computed from. */
  readonly distractors: JsonObject
}

/** How lists are counted. */
export interface CountContext {
  readonly origin: FeatureOrigin
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** Counts the distractors of each list for each of the probes. @throws DataError; the signal's reason */
export async function countLists(
  flags: MegafaceFlags,
  lists: MegafaceLists,
  probes: readonly CountedProbes[],
  context: CountContext,
): Promise<Counts> {
  const { origin, say, signal } = context
  const { columns } = probes[0]!.plan.probes
  if (!flags.allowMissing) await lookForAll(lists, columns, context)
  const counts: Count[] = []
  const missing = new Map<string, MissingImage>()
  const noise: NoiseFound[] = []
  const facts: JsonObject[] = []
  const scratch = scratchFolder(flags)
  try {
    for (const list of lists.distractors) {
      const paths = await list.paths()
      const label = labelOf(list)
      const features = await openDistractors(origin, paths, {
        ...{ flags, columns, scratch: scratch.open, say, signal, label },
      })
      facts.push({ size: list.size, set: list.set, ...features.facts })
      const refuse = ({ items }: UnusableItems): void => {
        if (origin.kind !== 'model') sayMissing(items, { of: paths.length, say })
        if (items.length > 0 && !flags.allowMissing) throw missingError(list.file, items.length, paths.length)
      }
      refuse(features.unusable)
      for (const item of features.unusable.items) missing.set(item.name, item)
      const named = lists.noise && findNoise(paths, lists.noise.distractors)
      if (named) noise.push({ named: named.images, unmatched: named.unmatched })
      for (const own of probes) {
        const index = placesOf(paths.length, features, own.cleaning === 'cleaned' ? named!.named : undefined)
        if (index.length === 0) throw new DataError(`${list.file}: no distractor is left, of ${paths.length}`)
        const shown = progress({
          label: `${label}${own.cleaning === 'raw' ? '' : ', cleaned'}`,
          total: index.length,
        })
        try {
          const counted = await countOne(flags, own, features, { index, signal, onProgress: shown.update })
          counts.push({ size: list.size, set: list.set, cleaning: own.cleaning, index, counted })
        } catch (error) {
          shown.finish()
          if (error instanceof DataError && features.inspect) refuse(await features.inspect())
          throw error
        } finally {
          shown.finish()
        }
      }
      await scratch.clear()
    }
    const distractors = await distractorFacts(origin, facts)
    return { counts, missingItems: [...missing.values()], noise, distractors }
  } finally {
    await scratch.remove()
  }
}

/** Looks for what all lists need, and names what is not there, before anything is counted. @throws DataError */
async function lookForAll(
  { distractors }: MegafaceLists,
  columns: number,
  { origin, say, signal }: CountContext,
): Promise<void> {
  let refusal: DataError | undefined
  for (const list of distractors) {
    const paths = await list.paths()
    const { items } = await findDistractors(origin, paths, { columns, signal, label: labelOf(list) })
    if (items.length === 0) continue
    sayMissing(items, { of: paths.length, say })
    refusal ??= missingError(list.file, items.length, paths.length)
  }
  if (refusal) throw refusal
}

/** What the JSON says of where distractors come from: of a folder, a digest for each list. */
async function distractorFacts(origin: FeatureOrigin, lists: readonly JsonObject[]): Promise<JsonObject> {
  if (origin.kind === 'folder') return { ending: origin.ending, features: lists }
  if (origin.kind === 'file') return fileFacts(origin.file)
  const { size: _, set: __, ...model } = lists[0]!
  return model
}

/** What progress and curves call a list of distractors. */
export const labelOf = ({ size, set }: Pick<DistractorList, 'size' | 'set'>): string =>
  `${size} distractors, set ${set}`

async function countOne(
  flags: MegafaceFlags,
  { plan, pairs }: CountedProbes,
  features: DistractorFeatures,
  {
    index,
    signal,
    onProgress,
  }: {
    readonly index: Int32Array
    readonly signal: AbortSignal
    readonly onProgress: (done: number) => void
  },
): Promise<Count['counted']> {
  const source = features.source(index)
  const options = {
    ...{ threads: threadsOf(flags), memoryBytes: flags.memory, signal },
    // The sample is counted too; what is shown are distractors.
    onProgress: (done: number, total: number) => onProgress(Math.floor((done / total) * index.length)),
  }
  if (flags.shard) return { part: await tallyPart(plan, source, { ...options, shard: flags.shard }) }
  const tally = await countDistractors(plan, source, options)
  return { tally, result: megafaceResult(plan, pairs, tally) }
}

function placesOf(
  count: number,
  { unusable }: DistractorFeatures,
  noise: Uint8Array | undefined,
): Int32Array {
  const out = new Set(unusable.indices)
  return placesWhere(count, (i) => !out.has(i) && !noise?.[i])
}

function placesWhere(count: number, keep: (i: number) => boolean): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i).filter(keep)
}

function rowsAt({ data, columns }: Matrix, index: Int32Array): Matrix {
  const rows = new Float32Array(index.length * columns)
  index.forEach((i, at) => {
    rows.set(data.subarray(i * columns, (i + 1) * columns), at * columns)
  })
  return { data: rows, rows: index.length, columns }
}
