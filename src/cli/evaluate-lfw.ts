import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { matchLandmarks, readAligned, readLandmarks } from '../data/index.ts'
import { readText } from '../data/read-text.ts'
import { type EmbeddedImages, embedImages, fuse, type OpenModel, partConcat } from '../embed/index.ts'
import { DataError, fileProblem } from '../errors.ts'
import {
  lfw,
  type Pairs,
  parseLfwPairs,
  type Variant,
  type Verification,
  variants,
} from '../evaluate/index.ts'
import { type MissingImage, reasonOf, sayMissing } from './missing-images.ts'
import { addModelOptions, type ModelFlags, modelFacts, openGivenModel } from './model-options.ts'
import { progress } from './progress.ts'

interface Flags extends ModelFlags {
  readonly images: string
  readonly pairs: string
  readonly landmarks?: string
  readonly variant: Variant | 'all'
  readonly json?: boolean
}

/** Adds `steradian evaluate lfw`. */
export function registerEvaluateLfw(evaluate: Command): void {
  const command = evaluate
    .command('lfw')
    .description('verification by ten folds of pairs, as Labeled Faces in the Wild has it')
    .requiredOption('--images <folder>', 'holds <name>/<name>_0001.jpg')
    .requiredOption('--pairs <file>', 'pairs.txt, or a list of view 1')
    .option(
      '--landmarks <file>',
      'CSV of five points an image; without it images are taken as already aligned',
    )
    .addOption(
      new Option(
        '--variant <name>',
        'the rule, or that of a known tool; all gives exact, and the others beside it',
      )
        .choices([...variants, 'all'])
        .default('exact'),
    )
    .option('--json', 'print one JSON object')
  addModelOptions(command).action(evaluateLfw)
}

async function evaluateLfw(flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const pairs = parseLfwPairs(await readText(flags.pairs), { where: flags.pairs })
  const images = await pairImages(pairs, flags)
  if (flags.landmarks === undefined) say('no landmarks: images are taken as already aligned')
  const model = await openGivenModel(flags, say)
  try {
    const { description } = model
    let shown: ReturnType<typeof progress> | undefined
    const embedded = await embedImages(
      model,
      {
        ...{
          count: images.length,
          height: description.height,
          width: description.width,
          names: pairs.images,
        },
        read: (i, out, offset) => {
          const { path, points, reason } = images[i]!
          if (reason !== undefined) throw new DataError(reason)
          const { height, width, alignment } = description
          return readAligned(
            { path, ...(points && { points }) },
            { height, width, template: alignment },
            out,
            offset,
          )
        },
      },
      {
        batch: flags.batch,
        onProgress: (done) => {
          shown ??= progress({ total: images.length, label: 'embedding', unit: 'images' })
          shown.update(done)
        },
      },
    ).finally(() => shown?.finish())
    const missing = embedded.failures.map(({ index, name, reason }) => ({
      name,
      reason: reasonOf(reason, images[index]!.path),
    }))
    sayMissing(missing, { of: images.length, say })
    print(flags, { model, pairs, embedded, missing })
  } finally {
    await model.close()
  }
}

/** An image that pairs name. */
export interface PairImage {
  readonly path: string
  readonly points?: Float64Array | undefined
  /** Why it cannot be used, if that is known before it is read. */
  readonly reason?: string | undefined
}

/** Where each image of the pairs lies, and its points. @throws DataError for a missing folder or a wrong landmarks file */
export async function pairImages(
  pairs: Pairs,
  { images: folder, landmarks }: Pick<Flags, 'images' | 'landmarks'>,
): Promise<PairImage[]> {
  const found = await stat(folder).catch((error: unknown) => {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  })
  if (!found.isDirectory()) throw new DataError(`${folder}: expected a folder, got a file`)
  const images: PairImage[] = pairs.images.map((name) => ({ path: join(folder, name) }))
  if (landmarks === undefined) return images
  const { rows, ambiguousImages } = matchLandmarks(await readLandmarks(landmarks), images, {
    directory: folder,
  })
  const ambiguous = new Set(ambiguousImages)
  return images.map(({ path }, i) => ({
    path,
    points: rows[i]?.points,
    reason: rows[i] ? undefined : ambiguous.has(i) ? 'several landmark rows fit it' : 'no landmarks',
  }))
}

function print(
  { variant, json, pairs: pairsFile }: Flags,
  {
    model,
    pairs,
    embedded,
    missing,
  }: {
    readonly model: OpenModel
    readonly pairs: Pairs
    readonly embedded: EmbeddedImages
    readonly missing: readonly MissingImage[]
  },
): void {
  checkFolds(pairs, embedded.missing, pairsFile)
  const { flip } = model.description
  const { feature, mirrored } = embedded
  // What is joined, here or in the file, is joined by each variant in its own way; a sum is one feature for all of them.
  const features =
    flip !== 'concat'
      ? { feature: fuse(feature, mirrored, flip) }
      : mirrored
        ? { feature, mirrored }
        : partConcat(feature)
  const results = (variant === 'all' ? variants : [variant]).map(
    (name) => lfw({ ...features, missing: embedded.missing }, pairs, { variant: name }).result,
  )
  if (!json) {
    process.stdout.write(
      results.map((result) => `${table(result, pairs, pairsFile).join('\n')}\n`).join('\n'),
    )
    return
  }
  const [first] = results
  const facts = {
    ...first,
    missingImages: missing,
    images: pairs.images.length,
    listedPairs: pairs.same.length,
    model: modelFacts(model),
    ...(variant === 'all' && {
      variants: Object.fromEntries(
        results.map(({ missingImages: _, ...result }) => [result.variant, result]),
      ),
    }),
  }
  process.stdout.write(`${JSON.stringify(facts)}\n`)
}

/** @throws DataError when missing images leave a fold without pairs */
function checkFolds({ left, right, foldOf, folds, images }: Pairs, missing: Uint8Array, where: string): void {
  const judged = new Set<number>()
  for (const [p, fold] of foldOf.entries()) if (!missing[left[p]!] && !missing[right[p]!]) judged.add(fold)
  for (let fold = 0; fold < folds; fold++) {
    if (judged.has(fold)) continue
    const count = missing.reduce((n, value) => n + value, 0)
    throw new DataError(
      `${where}: no pair of fold ${fold + 1} can be judged, ${count} of ${images.length} images are missing`,
    )
  }
}

function table(result: Verification, pairs: Pairs, pairsFile: string): string[] {
  const percent = (share: number): string => (100 * share).toFixed(2)
  const { accuracy, standardError, folds, thresholds, tarAtFar } = result
  return [
    `${pairsFile}, ${result.variant}: ${result.pairs} of ${pairs.same.length} pairs, ${folds.length} folds`,
    `accuracy      ${percent(accuracy)} % ± ${percent(standardError)} (standard error)`,
    `folds         ${folds.map(percent).join(' ')}`,
    `thresholds    ${thresholds.map((threshold) => threshold.toFixed(4)).join(' ')}`,
    `AUC           ${result.auc.toFixed(5)}`,
    `EER           ${percent(result.eer)} %`,
    ...Object.entries(tarAtFar).map(([far, tar]) => `TAR at FAR ${far.padEnd(5)} ${percent(tar)} %`),
    `missing       ${result.missing} of ${pairs.images.length} images`,
  ]
}
