import type { Interval } from '../../evaluate/index.ts'
import { noneAccepted, type VerificationContext, type VerifiedVariant } from './verification-facts.ts'

/** The lines for the terminal that put the variants of one verification side by side, the folds at the end. */
export function variantColumns(
  results: readonly VerifiedVariant[],
  { name, listedPairs, items, unit = 'images', missingItems }: VerificationContext,
): string[] {
  const [first] = results
  const { pairs, folds } = first!.result
  const over = first!.intervals?.over
  const row = (title: string, cell: (one: VerifiedVariant) => string, note = ''): string[] => [
    title,
    ...results.map(cell),
    note,
  ]
  const lines = [
    row('', ({ result }) => result.variant),
    row('accuracy', ({ result: { accuracy, standardError } }) =>
      [percent(accuracy), Number.isNaN(standardError) ? [] : ['±', percent(standardError)], '%']
        .flat()
        .join(' '),
    ),
    ...(over === undefined ? [] : [row('  95 %', ({ intervals }) => span(intervals!.accuracy))]),
    row('AUC', ({ result: { auc } }) => (Number.isNaN(auc) ? '-' : auc.toFixed(5))),
    row('EER', ({ result }) => withUnit(result.eer)),
    ...(over === undefined ? [] : [row('  95 %', ({ intervals }) => span(intervals!.eer))]),
    ...(['0.1', '0.01', '0.001'] as const).flatMap((far) => [
      row(
        `TAR at FAR ${far}`,
        ({ result }) => withUnit(result.tarAtFar[far]),
        noneAccepted(far, first!.same).trim(),
      ),
      ...(over === undefined ? [] : [row('  95 %', ({ intervals }) => span(intervals!.tarAtFar[far]))]),
    ]),
    ...folds.map((_, fold) =>
      row(folds.length === 1 ? 'threshold' : `fold ${fold + 1}`, ({ result }) =>
        folds.length === 1
          ? result.thresholds[0]!.toFixed(4)
          : `${percent(result.folds[fold]!)} at ${result.thresholds[fold]!.toFixed(4)}`,
      ),
    ),
  ]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return [
    `${name}: ${pairs} of ${listedPairs} pairs, ${folds.length === 1 ? 'a threshold of other pairs' : `${folds.length} folds`}`,
    ...lines.map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]! + 2))
        .join('')
        .trimEnd(),
    ),
    ...(over === undefined ? [] : [`95 % intervals are over ${over}`]),
    `missing ${missingItems.length} of ${items} ${unit}`,
  ]
}

const span = ({ low, high }: Interval): string =>
  Number.isNaN(low) ? '-' : `${percent(low)} … ${percent(high)}`

const withUnit = (share: number): string => (Number.isNaN(share) ? '-' : `${percent(share)} %`)

const percent = (share: number): string => (Number.isNaN(share) ? '-' : (100 * share).toFixed(2))
