import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { DataError, UsageError } from '../errors.ts'
import type { JsonObject } from '../evaluate/part-file.ts'
import type { Matrix } from '../math/matrix.ts'
import { unitRows } from '../math/matrix.ts'
import { itemFeatures } from './evaluation-features.ts'
import { checkFolder, readFeatureFolder } from './feature-folder.ts'
import type { MegafaceFlags } from './megaface-options.ts'
import { type MissingImage, sayMissing } from './missing-images.ts'
import { readNamedFeatures } from './named-features.ts'

/** Where the features of a list come from. */
export type FeatureOrigin =
  | { readonly kind: 'folder'; readonly folder: string; readonly ending: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'model'; readonly images: string; readonly landmarks?: string }

/** Where the options say that the features of probes or distractors come from. @throws UsageError, DataError */
export async function featureOrigin(
  flags: MegafaceFlags,
  which: 'probe' | 'distractor',
): Promise<FeatureOrigin> {
  const { model, ending } = flags
  const [features, images, landmarks] =
    which === 'probe'
      ? [flags.probeFeatures, flags.probeImages, flags.probeLandmarks]
      : [flags.distractorFeatures, flags.distractorImages, flags.distractorLandmarks]
  if ((features === undefined) === (images === undefined))
    throw new UsageError(
      `--${which}-features: expected either it, or --model and --${which}-images, got ${features === undefined ? 'none' : 'both'}`,
    )
  if (features === undefined) {
    if (model === undefined) throw new UsageError(`--${which}-images: needs --model`)
    return { kind: 'model', images: images!, ...(landmarks !== undefined && { landmarks }) }
  }
  if (landmarks !== undefined)
    throw new UsageError(`--${which}-landmarks: is for --${which}-images, got --${which}-features`)
  // What is not there is taken as a folder, whose check says so.
  if ((await stat(features).catch(() => undefined))?.isFile()) return { kind: 'file', file: features }
  if (ending === undefined)
    throw new UsageError('--ending: expected what stands after the path of an item, as _o.bin, got none')
  await checkFolder({ folder: features, ending })
  return { kind: 'folder', folder: features, ending }
}

/** The features of the probes. */
export interface ProbeFeatures {
  /** float32 [P, D], rows of the list in order; zeros where missing. */
  readonly matrix: Matrix
  readonly missing: Uint8Array
  readonly missingItems: readonly MissingImage[]
  /** For the JSON. */
  readonly facts: JsonObject
}

/** Reads or computes the features of the probes. @throws DataError where some are missing, unless that is allowed */
export async function readProbes(
  flags: MegafaceFlags,
  origin: FeatureOrigin,
  paths: readonly string[],
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<ProbeFeatures> {
  const found = await rawProbes(flags, origin, paths, { say, signal })
  const { matrix, missing, missingItems, facts } = found
  if (missingItems.length > 0 && origin.kind !== 'model') sayMissing(missingItems, { of: paths.length, say })
  if (missingItems.length > 0 && !flags.allowMissing)
    throw missingError('probes', missingItems.length, paths.length)
  const data = Float32Array.from(flags.normalise ? unitRows(matrix).data : matrix.data)
  const bytes = new Uint8Array(data.buffer)
  return {
    matrix: { ...matrix, data },
    ...{ missing, missingItems },
    facts: {
      ...facts,
      columns: matrix.columns,
      rowsSha256: createHash('sha256').update(bytes).digest('hex'),
    },
  }
}

/** That items are missing, and how to go on. */
export const missingError = (what: string, missing: number, all: number): DataError =>
  new DataError(
    `${what}: expected features of all ${all}, got ${all - missing}; --allow-missing goes on and marks the result as incomplete`,
  )

async function rawProbes(
  flags: MegafaceFlags,
  origin: FeatureOrigin,
  paths: readonly string[],
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<ProbeFeatures> {
  if (origin.kind === 'model') {
    const { fused, missing, missingItems, source } = await itemFeatures(
      { ...flags, ...imagesOf(origin), allowMissing: flags.allowMissing ?? false },
      paths.map((name) => ({ name })),
      { say, signal, label: 'probes' },
    )
    return { matrix: fused, missing, missingItems, facts: source as JsonObject }
  }
  if (origin.kind === 'file') {
    const { feature, missing, missingItems, source } = await readNamedFeatures(origin.file, paths, {
      names: undefined,
      say,
    })
    return { matrix: feature, missing, missingItems, facts: source }
  }
  const rows = new Map<number, Float32Array>()
  const { indices, items } = await readFeatureFolder(
    origin,
    paths,
    (feature, i) => void rows.set(i, feature),
    { signal },
  )
  const columns = rows.values().next().value?.length
  if (columns === undefined) {
    sayMissing(items, { of: paths.length, say })
    throw new DataError(
      `${origin.folder}: none of ${paths.length} probes has a feature file that can be read`,
    )
  }
  const data = new Float32Array(paths.length * columns)
  for (const [i, feature] of rows) data.set(feature, i * columns)
  const missing = new Uint8Array(paths.length)
  for (const i of indices) missing[i] = 1
  return {
    matrix: { data, rows: paths.length, columns },
    ...{ missing, missingItems: items },
    facts: { ending: origin.ending },
  }
}

/** The image options of `itemFeatures`. */
export const imagesOf = ({ images, landmarks }: Extract<FeatureOrigin, { readonly kind: 'model' }>) => ({
  images,
  ...(landmarks !== undefined && { landmarks }),
})
