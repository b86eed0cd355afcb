import { createHash } from 'node:crypto'
import type { Command } from 'commander'
import { readVerificationBin, type VerificationBin } from '../../data/index.ts'
import { DataError } from '../../errors.ts'
import { contiguousFolds, type Pairs, type Variant } from '../../evaluate/index.ts'
import { decode, resize } from '../../image/index.ts'
import { reasonOf } from '../embed/missing-images.ts'
import {
  addFeatureOptions,
  type EvaluationItem,
  type FeatureFlags,
  itemFeatures,
} from './evaluation-features.ts'
import { addOutputOptions, writeEvaluation } from './evaluation-output.ts'
import { pairFiles } from './pair-file.ts'
import { variantColumns } from './variant-columns.ts'
import {
  addVerificationOptions,
  verificationCurves,
  verificationFacts,
  verificationTable,
  verifyPairs,
  whole,
} from './verification-facts.ts'

interface Flags extends FeatureFlags {
  readonly variant: Variant | 'all'
  readonly folds: number
  readonly resamples: number
  readonly json?: boolean
  readonly out?: string
}

/** Adds `steradian evaluate bin`. */
export function registerEvaluateBin(evaluate: Command): void {
  const command = evaluate
    .command('bin')
    .description('verification by folds of a .bin file: CFP-FP, CFP-FF, AgeDB-30, CALFW, CPLFW and others')
    .argument(
      '<file>',
      'the .bin: a pickle of (images, whether a pair shows one person); nothing in it is run',
    )
  addVerificationOptions(command).option(
    '--folds <n>',
    'contiguous folds of the pairs',
    whole('folds', 2, 255),
    10,
  )
  addOutputOptions(addFeatureOptions(command, { images: false })).action(evaluateBin)
}

async function evaluateBin(file: string, flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const bin = await readVerificationBin(file)
  const pairs = binPairs(bin, { where: file, folds: flags.folds })
  if (flags.features === undefined)
    say('images are taken as already aligned, and brought to the size of the model')
  const features = await itemFeatures(flags, binItems(bin, file), { say })
  const results = verifyPairs(features, pairs, { ...flags, where: file })
  const context = {
    name: file,
    listedPairs: bin.same.length,
    items: bin.images.length,
    missingItems: features.missingItems,
  }
  await writeEvaluation(flags, {
    protocol: 'bin',
    facts: {
      list: { file, sha256: bin.sha256 },
      ...features.source,
      ...verificationFacts(results, context),
    },
    table: results.length > 1 ? variantColumns(results, context) : verificationTable(results, context),
    curves: verificationCurves(results),
    files: pairFiles(results[0]!, pairs, features),
  })
}

/** The pairs of a `.bin`, its images named `image 0` …, in contiguous folds. @throws DataError with fewer pairs than folds */
export function binPairs(
  { images, same }: VerificationBin,
  { where, folds }: { readonly where: string; readonly folds: number },
): Pairs {
  if (same.length < folds)
    throw new DataError(`${where}: expected a pair for each of ${folds} folds or more, got ${same.length}`)
  return {
    images: images.map((_, i) => `image ${i}`),
    left: Int32Array.from(same, (_, p) => 2 * p),
    right: Int32Array.from(same, (_, p) => 2 * p + 1),
    same,
    foldOf: contiguousFolds(same.length, folds),
    folds,
  }
}

/** The images as items: decoded from their bytes, taken as already aligned. @throws DataError for one without bytes */
function binItems({ images }: VerificationBin, where: string): EvaluationItem[] {
  const empty = images.findIndex(({ length }) => length === 0)
  if (empty >= 0) throw new DataError(`${where}: image ${empty}: expected a picture, got 0 bytes`)
  return images.map((bytes, i) => ({
    name: `image ${i}`,
    read: async (size, out, offset) => {
      const picture = await decode(bytes).catch((error: Error) => {
        throw new DataError(reasonOf(error.message, 'picture'))
      })
      resize(picture, size, out, offset)
    },
    contentKey: () => createHash('sha256').update(bytes).digest('hex'),
  }))
}
