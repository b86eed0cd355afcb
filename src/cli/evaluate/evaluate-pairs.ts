import type { Command } from 'commander'
import { readHashedText } from '../../data/read-text.ts'
import { UsageError } from '../../errors.ts'
import { parsePairsList, type Variant } from '../../evaluate/index.ts'
import { addFeatureOptions, type FeatureFlags, itemFeatures } from './evaluation-features.ts'
import { addOutputOptions, writeEvaluation } from './evaluation-output.ts'
import { pairFiles } from './pair-file.ts'
import { peopleOfList } from './people-of-list.ts'
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
  readonly pairs: string
  readonly folds?: number
  readonly variant: Variant | 'all'
  readonly resamples: number
  readonly json?: boolean
  readonly out?: string
}

/** Adds `steradian evaluate pairs`. */
export function registerEvaluatePairs(evaluate: Command): void {
  const command = evaluate
    .command('pairs')
    .description('verification by folds of your own pairs')
    .requiredOption('--pairs <file>', 'lines of: a b label [fold]; label 1 for one person, 0 for two')
  addVerificationOptions(command).option(
    '--folds <n>',
    'where the lines give no folds: how many, each with a like share of both kinds in the order of the list (default: 10)',
    whole('folds', 2, 255),
  )
  addOutputOptions(
    addFeatureOptions(command, { images: 'folder of the images, under the paths that the pairs give' }),
  ).action(evaluatePairs)
}

async function evaluatePairs(flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { pairs: file, folds } = flags
  const { text, sha256 } = await readHashedText(file)
  const pairs = parsePairsList(text, { where: file, ...(folds !== undefined && { folds }) })
  if (folds !== undefined && folds !== pairs.folds)
    throw new UsageError(`--folds: the lines of ${file} give ${pairs.folds} folds, got ${folds}`)
  const { people, peopleInSeveralFolds } = peopleOfList(file, pairs, {
    ...{ say, remedy: ': a fourth column can part them' },
  })
  const items = pairs.images.map((name) => ({ name }))
  const features = await itemFeatures(flags, items, { say })
  const results = verifyPairs(features, pairs, { ...flags, where: file, people })
  const context = {
    name: file,
    listedPairs: pairs.same.length,
    items: pairs.images.length,
    missingItems: features.missingItems,
  }
  await writeEvaluation(flags, {
    protocol: 'pairs',
    facts: {
      list: { file, sha256 },
      ...features.source,
      ...verificationFacts(results, context),
      peopleInSeveralFolds,
    },
    table: results.length > 1 ? variantColumns(results, context) : verificationTable(results, context),
    curves: verificationCurves(results),
    files: pairFiles(results[0]!, pairs, features),
  })
}
