import { type Command, Option } from 'commander'
import { partConcat } from '../embed/index.ts'
import { DataError } from '../errors.ts'
import {
  lfw,
  type PairFeatures,
  type Pairs,
  roc,
  type Variant,
  type VerifiedPairs,
  variants,
} from '../evaluate/index.ts'
import type { EvaluationCurves } from './evaluation-curves.ts'
import type { ItemFeatures } from './evaluation-features.ts'
import { type Evaluation, missingFacts } from './evaluation-output.ts'
import type { MissingImage } from './missing-images.ts'

/** Adds `--variant`. */
export function addVariantOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--variant <name>',
      'the rule, or that of a known tool; all gives exact, and the others beside it',
    )
      .choices([...variants, 'all'])
      .default('exact'),
  )
}

/** What is said of pairs beside the numbers. */
export interface VerificationContext {
  /** What the table calls the pairs: their file as the user gave it. */
  readonly name: string
  /** How many pairs the list has. */
  readonly listedPairs: number
  /** How many images (or videos) the pairs name, and what they are called. */
  readonly items: number
  readonly unit?: string
  readonly missingItems: readonly MissingImage[]
}

/**
 * Verifies pairs by their embeddings, by one variant or by all of them (the exact rule first).
 * @throws DataError when missing images leave a fold without pairs
 */
export function verifyPairs(
  features: ItemFeatures,
  pairs: Pairs,
  { variant, where }: { readonly variant: Variant | 'all'; readonly where: string },
): VerifiedPairs[] {
  checkFolds(pairs, features.missing, where)
  const known = pairFeatures(features)
  return (variant === 'all' ? variants : [variant]).map((name) => lfw(known, pairs, { variant: name }))
}

/**
 * What is joined, here or in the file, is joined by each variant in its own way; a sum is one feature for all of them.
 */
function pairFeatures({ feature, mirrored, fused, flip, missing }: ItemFeatures): PairFeatures {
  if (flip !== 'concat') return { feature: fused, missing }
  return { ...(mirrored ? { feature, mirrored } : partConcat(feature)), missing }
}

/** @throws DataError when missing images leave a fold without pairs */
export function checkFolds(
  { left, right, foldOf, folds, images }: Pairs,
  missing: Uint8Array,
  where: string,
): void {
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

/** The numbers for the JSON: those of the first result, and those of each variant where there are several. */
export function verificationFacts(
  results: readonly VerifiedPairs[],
  { listedPairs, items, unit = 'images', missingItems }: VerificationContext,
): Evaluation['facts'] {
  const [first] = results
  const genuinePairs = first!.same.reduce((n, value) => n + value, 0)
  return {
    ...first!.result,
    genuinePairs,
    impostorPairs: first!.same.length - genuinePairs,
    listedPairs,
    [unit]: items,
    ...(results.length > 1 && {
      variants: Object.fromEntries(
        results.map(({ result: { missingImages: _, ...result } }) => [result.variant, result]),
      ),
    }),
    ...missingFacts(missingItems),
  }
}

/** The lines for the terminal: a block for each result. */
export function verificationTable(
  results: readonly VerifiedPairs[],
  { name, listedPairs, items, unit = 'images', missingItems }: VerificationContext,
): string[] {
  return results.flatMap(({ result }, i) => {
    const { accuracy, standardError, folds, thresholds, tarAtFar } = result
    return [
      ...(i > 0 ? [''] : []),
      `${name}, ${result.variant}: ${result.pairs} of ${listedPairs} pairs, ${folds.length} folds`,
      `accuracy      ${percent(accuracy)} % ± ${percent(standardError)} (standard error)`,
      `folds         ${folds.map(percent).join(' ')}`,
      `thresholds    ${thresholds.map((threshold) => threshold.toFixed(4)).join(' ')}`,
      `AUC           ${Number.isNaN(result.auc) ? '-' : result.auc.toFixed(5)}`,
      `EER           ${percent(result.eer)} %`,
      ...Object.entries(tarAtFar).map(([far, tar]) => `TAR at FAR ${far.padEnd(5)} ${percent(tar)} %`),
      `missing       ${missingItems.length} of ${items} ${unit}`,
    ]
  })
}

/** A share in percent with two places; a hyphen where pairs of one kind are missing, so that there is no such number. */
const percent = (share: number): string => (Number.isNaN(share) ? '-' : (100 * share).toFixed(2))

/** The ROC of each result, and the scores of the first. */
export function verificationCurves(results: readonly VerifiedPairs[]): EvaluationCurves {
  const [first] = results
  const ofKind = (kind: number) => first!.scores.filter((_, p) => first!.same[p] === kind)
  return {
    roc: results.map(({ result, scores, same }) => {
      const { fpr, tpr } = roc(scores, same, { dropIntermediate: true })
      return { name: result.variant, x: fpr, y: tpr }
    }),
    scores: { genuine: ofKind(1), impostor: ofKind(0) },
  }
}
