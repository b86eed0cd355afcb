import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { DataError } from '../../errors.ts'
import type { JsonObject } from '../../evaluate/part-file.ts'
import type { Matrix } from '../../math/matrix.ts'
import { namesFile } from '../embed/embed-folder.ts'
import { readFeatureFolder } from '../embed/feature-folder.ts'
import { type MissingImage, sayMissing } from '../embed/missing-images.ts'
import { readNamedFeatures } from '../embed/named-features.ts'
import { itemFeatures } from '../evaluate/evaluation-features.ts'
import type { MegafaceFlags } from './megaface-options.ts'
import { type FeatureOrigin, imagesOf, withoutPaths } from './megaface-origin.ts'
import { float32Rows } from './megaface-rows.ts'

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
  const where = origin.kind === 'file' ? `${origin.file}: ` : ''
  const data = float32Rows(matrix, {
    normalise: flags.normalise,
    nameOf: (row) => `${where}${paths[row]}`,
  })
  const bytes = new Uint8Array(data.buffer)
  return {
    matrix: { ...matrix, data },
    ...{ missing, missingItems },
    facts: {
      ...withoutPaths(facts),
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
    // Without its folder: shards may name it by other paths, and what they say must be the same.
    const reason = `no row in ${basename(namesFile(origin.file))}`
    const items = missingItems.map(({ name }) => ({ name, reason }))
    return { matrix: feature, missing, missingItems: items, facts: source }
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
