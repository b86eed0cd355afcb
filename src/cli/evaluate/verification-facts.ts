import { type Command, Option } from 'commander'
import { partConcat } from '../../embed/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import {
  det,
  type Interval,
  lfw,
  type PairFeatures,
  type Pairs,
  type PeopleOfPairs,
  peopleOfPairs,
  roc,
  type Variant,
  type VerificationIntervals,
  type VerifiedPairs,
  variants,
  verificationIntervals,
} from '../../evaluate/index.ts'
import type { MissingImage } from '../embed/missing-images.ts'
import type { EvaluationCurves } from './evaluation-curves.ts'
import type { ItemFeatures } from './evaluation-features.ts'
import { type Evaluation, missingFacts } from './evaluation-output.ts'

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

/** A whole number from the command line. */
export function whole(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d{1,15}$/.test(text) || value < least || value > most)
      throw new UsageError(`--${name}: expected a whole number from ${least} to ${most}, got ${text}`)
    return value
  }
}

/** Adds `--variant` and `--resamples`: what `verifyPairs` is told. */
export function addVerificationOptions(command: Command): Command {
  return addResamplesOption(addVariantOption(command))
}

/** Adds `--resamples`. */
export function addResamplesOption(command: Command): Command {
  return command.option(
    '--resamples <n>',
    'resamples of the people for the intervals, 0 for no intervals',
    whole('resamples', 0, 100_000),
    1000,
  )
}

/** Pairs verified by one variant, with the intervals of its numbers where they were asked for. */
export interface VerifiedVariant extends VerifiedPairs {
  readonly intervals?: VerificationIntervals & {
    /** What was resampled. */
    readonly over: 'people' | 'pairs'
    /** Why it was pairs. */
    readonly why?: string
    /** The share of the resamples inside each interval, what seeded them, and how many were drawn. */
    readonly level: number
    readonly seed: number
    readonly resamples: number
  }
}

/** How pairs are to be verified. */
export interface VerifyOptions {
  readonly variant: Variant | 'all'
  /** How many resamples the intervals stand on; 0 gives none. */
  readonly resamples: number
  /** What errors call the pairs. */
  readonly where: string
  /** Whom each pair shows; by the folders of the images where left out. */
  readonly people?: PeopleOfPairs
  /** Pairs of the same images on which one threshold is chosen, in place of the folds. */
  readonly train?: Pairs
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
  /** How many of them are missing, where `missingItems` names other things too. */
  readonly itemsMissing?: number
  readonly missingItems: readonly MissingImage[]
}

/**
 * Verifies pairs by their embeddings, by one variant or by all of them (the exact rule first).
 * @throws DataError when missing images leave a fold without pairs
 */
export function verifyPairs(
  features: ItemFeatures,
  pairs: Pairs,
  { variant, where, train, ...options }: VerifyOptions,
): VerifiedVariant[] {
  const { missing } = features
  checkFolds(pairs, missing, where)
  if (train) checkFolds(train, missing, `${where}: training pairs`)
  const known = pairFeatures(features)
  return (variant === 'all' ? variants : [variant]).map((name) =>
    withIntervals(lfw(known, pairs, { variant: name, ...(train && { train }) }), pairs, {
      missing,
      ...options,
    }),
  )
}

/** Verified pairs and the intervals of their numbers. */
export function withIntervals(
  verified: VerifiedPairs,
  pairs: Pairs,
  {
    missing,
    resamples,
    people = peopleOfPairs(pairs),
  }: Pick<VerifyOptions, 'resamples' | 'people'> & { readonly missing: Uint8Array },
): VerifiedVariant {
  if (resamples === 0) return verified
  const drawn = { level: 0.95, seed: 0, resamples }
  const intervals = verificationIntervals(verified, pairs, { missing, people, ...drawn })
  const { over, why } = people
  return { ...verified, intervals: { over, ...(why !== undefined && { why }), ...drawn, ...intervals } }
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
  results: readonly VerifiedVariant[],
  { listedPairs, items, unit = 'images', missingItems }: VerificationContext,
): Evaluation['facts'] {
  const [first] = results
  const genuinePairs = first!.same.reduce((n, value) => n + value, 0)
  return {
    ...numbers(first!),
    genuinePairs,
    impostorPairs: first!.same.length - genuinePairs,
    listedPairs,
    [unit]: items,
    ...(results.length > 1 && {
      variants: Object.fromEntries(results.map((one) => [one.result.variant, numbers(one)])),
    }),
    ...missingFacts(missingItems),
  }
}

/** The numbers of a result, missing items left out: they are said once. */
function numbers({ result, intervals }: VerifiedVariant): Record<string, unknown> {
  const { missing: _, missingImages: __, ...rest } = result
  return { ...rest, ...(intervals && { intervals }) }
}

/** The lines for the terminal: a block for each result. */
export function verificationTable(
  results: readonly VerifiedVariant[],
  {
    name,
    listedPairs,
    items,
    unit = 'images',
    missingItems,
    itemsMissing = missingItems.length,
  }: VerificationContext,
): string[] {
  return results.flatMap(({ result, same, intervals }, i) => {
    const { accuracy, standardError, folds, thresholds, tarAtFar } = result
    return [
      ...(i > 0 ? [''] : []),
      `${name}, ${result.variant}: ${result.pairs} of ${listedPairs} pairs, ${folds.length} folds`,
      `accuracy      ${percent(accuracy)} % ± ${percent(standardError)} (standard error)`,
      ...(intervals ? [`95 % interval ${span(intervals.accuracy)} %, over ${intervals.over}`] : []),
      `folds         ${folds.map((share) => percent(share)).join(' ')}`,
      `thresholds    ${thresholds.map((threshold) => threshold.toFixed(4)).join(' ')}`,
      `AUC           ${Number.isNaN(result.auc) ? '-' : result.auc.toFixed(5)}`,
      `EER           ${percent(result.eer, ' %')}${beside(intervals?.eer)}`,
      ...fars.map(
        (far) =>
          `TAR at FAR ${far.padEnd(5)} ${percent(tarAtFar[far], ' %')}${beside(intervals?.tarAtFar[far])}${noneAccepted(far, same)}`,
      ),
      `missing       ${itemsMissing} of ${items} ${unit}`,
    ]
  })
}

const fars = ['0.1', '0.01', '0.001'] as const

/** What to say of a FAR that is less than one of the impostor pairs. */
export function noneAccepted(far: string, same: Uint8Array): string {
  const impostors = same.reduce((n, value) => n + 1 - value, 0)
  return impostors > 0 && Number(far) * impostors < 1
    ? `  (none of ${impostors} impostor pairs accepted)`
    : ''
}

/** An interval in percent. */
const span = ({ low, high }: Interval): string => `${percent(low)} … ${percent(high)}`

/** The interval of a number beside it. */
const beside = (interval: Interval | undefined): string =>
  interval === undefined || Number.isNaN(interval.low) ? '' : `  (${span(interval)})`

/** A share in percent with two places; a hyphen where pairs of one kind are missing, so that there is no such number. */
const percent = (share: number, unit = ''): string =>
  Number.isNaN(share) ? '-' : `${(100 * share).toFixed(2)}${unit}`

/** The ROC and DET of each result, where there are pairs of both kinds, and the scores of the first. */
export function verificationCurves(results: readonly VerifiedVariant[]): EvaluationCurves {
  const [first] = results
  const ofKind = (kind: number) => first!.scores.filter((_, p) => first!.same[p] === kind)
  const [genuine, impostor] = [ofKind(1), ofKind(0)]
  if (genuine.length === 0 || impostor.length === 0) return {}
  return {
    roc: results.map(({ result, scores, same }) => {
      const { fpr, tpr } = roc(scores, same, { dropIntermediate: true })
      return { name: result.variant, x: fpr, y: tpr }
    }),
    det: results.map(({ result, scores, same }) => {
      const { fmr, fnmr } = det(scores, same, { dropIntermediate: true })
      return { name: result.variant, x: fmr, y: fnmr }
    }),
    scores: { genuine, impostor },
  }
}
