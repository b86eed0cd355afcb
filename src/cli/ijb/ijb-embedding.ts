import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { forEachIndex } from '../../data/parallel.ts'
import { type Flip, fuse, type ModelDescription } from '../../embed/index.ts'
import { DataError, fileProblem, StoppedError, UsageError } from '../../errors.ts'
import type { TemplatePool } from '../../evaluate/index.ts'
import type { Matrix } from '../../math/matrix.ts'
import { type EmbeddedItems, embedItems } from '../embed/embedding-cache.ts'
import { modelFacts, openGivenModel } from '../embed/model-options.ts'
import { checkMissing, featureBytes, PIECE, type PoolSource, type PoolWork } from './ijb-source.ts'

/**
 * Embeds the images and gives their features to the pool, in as many parts as the memory asks for; each image is aligned by
 * its five points where there are any. `partImages` is how many a part has, whatever the memory. What is embedded is in the cache, so that a run that was stopped goes on.
 * @throws DataError when images are missing, unless `--allow-missing`: those that are not there before any work
 * @throws UsageError, StoppedError
 */
export async function poolEmbedded(
  work: PoolWork,
  { partImages }: { readonly partImages?: number } = {},
): Promise<PoolSource> {
  const { flags, images, faces, order, pool, say, signal } = work
  const { names } = images
  if (flags.images === undefined)
    throw new UsageError('--images: expected the folder of the images, got none')
  if (flags.featureNames !== undefined)
    throw new UsageError(`--feature-names: expected with --features alone, got ${flags.featureNames}`)
  const folder = flags.images
  const absent = await absentImages(folder, names, signal)
  const reasons = new Map(absent)
  const missing = () =>
    [...reasons].sort(([a], [b]) => a - b).map(([image, reason]) => ({ name: names[image]!, reason }))
  if (!flags.allowMissing) checkMissing(missing(), work)
  const present = order.filter((image) => !absent.has(image))
  if (present.length === 0) throw new DataError(`${folder}: expected images of the list, got none of them`)
  if (!faces) say('no --names: images are taken as already aligned')
  const model = await openGivenModel({ ...flags, model: flags.model! }, say)
  try {
    const parts = Math.ceil(present.length / (partImages ?? affordable(model.description, work)))
    for (let part = 0; part < parts; part++) {
      const some = present.slice(...range(present.length, part, parts))
      const items = Array.from(some, (image) => ({
        name: names[image]!,
        path: join(folder, names[image]!),
        ...(faces && { points: faces.points.slice(10 * image, 10 * image + 10) }),
      }))
      const label = parts === 1 ? 'embedding' : `embedding, part ${part + 1} of ${parts}`
      const { cache, batch } = flags
      const embedded = await embedItems(model, items, { cache, batch, signal, label, say })
      let next = 0
      for (const [i, image] of some.entries())
        if (embedded.missing[i]) reasons.set(image, embedded.missingItems[next++]!.reason)
      addAll(pool, some, embedded, model.description.flip)
    }
    checkMissing(missing(), work)
    return { missingItems: missing(), source: { model: modelFacts(model) } }
  } finally {
    await model.close()
  }
}

/** How many images are embedded at a time. */
function affordable(
  { dimensions = 512, isFused, flip }: ModelDescription,
  { flags, images }: PoolWork,
): number {
  const sides = isFused || flip === 'none' ? 1 : 2
  const fused = dimensions * (sides === 2 && flip === 'concat' ? 2 : 1)
  return Math.max(PIECE, Math.floor(featureBytes(flags, images, fused) / (4 * dimensions * sides)))
}

const range = (count: number, part: number, parts: number): [number, number] => [
  Math.floor((count * part) / parts),
  Math.floor((count * (part + 1)) / parts),
]

/** Fuses and pools what was embedded, a few rows at a time. */
function addAll(
  pool: TemplatePool,
  images: Int32Array,
  { feature, mirrored, missing }: EmbeddedItems,
  flip: Flip,
): void {
  for (let start = 0; start < images.length; start += PIECE) {
    const end = Math.min(images.length, start + PIECE)
    const kept = Array.from({ length: end - start }, (_, i) => start + i).filter((row) => !missing[row])
    const rows = ({ data, columns }: Matrix): Matrix => {
      const some = new Float32Array(kept.length * columns)
      for (const [i, row] of kept.entries())
        some.set(data.subarray(row * columns, (row + 1) * columns), i * columns)
      return { data: some, rows: kept.length, columns }
    }
    const fused = fuse(rows(feature), mirrored && rows(mirrored), flip)
    pool.add(
      fused,
      Int32Array.from(kept, (row) => images[row]!),
    )
  }
}

/** The images whose files are not there, with the reason of each. @throws DataError without the folder */
async function absentImages(
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<number, string>> {
  const found = await stat(folder).catch((error: unknown) => {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  })
  if (!found.isDirectory()) throw new DataError(`${folder}: expected a folder, got a file`)
  const absent = new Map<number, string>()
  await forEachIndex(names.length, 8, async (i) => {
    if (signal.aborted) throw new StoppedError('images: stopped')
    const file = await stat(join(folder, names[i]!)).catch(() => null)
    if (!file?.isFile()) absent.set(i, file ? 'expected a picture, got a folder' : 'no such file')
  })
  return absent
}
