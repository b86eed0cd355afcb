import type { Command } from 'commander'
import { readHashedText } from '../../data/read-text.ts'
import {
  type Pairs,
  parseLfwPairs,
  peopleInBothLists,
  type Variant,
  withTraining,
} from '../../evaluate/index.ts'
import { addFeatureOptions, type FeatureFlags, itemFeatures } from './evaluation-features.ts'
import { addOutputOptions, type OutputFlags, writeEvaluation } from './evaluation-output.ts'
import { pairFiles } from './pair-file.ts'
import { peopleOfList } from './people-of-list.ts'
import { variantColumns } from './variant-columns.ts'
import {
  addVerificationOptions,
  verificationCurves,
  verificationFacts,
  verificationTable,
  verifyPairs,
} from './verification-facts.ts'

interface Flags extends FeatureFlags, OutputFlags {
  readonly pairs: string
  readonly pairsTrain?: string
  readonly variant: Variant | 'all'
  readonly resamples: number
}

/** Adds `steradian evaluate lfw`. */
export function registerEvaluateLfw(evaluate: Command): void {
  const command = evaluate
    .command('lfw')
    .description('verification of pairs, as Labeled Faces in the Wild has it')
    .requiredOption(
      '--pairs <file>',
      'pairs.txt of view 2, judged by ten folds; or a list of view 1, which is cut into ten folds unless --pairs-train',
    )
    .option(
      '--pairs-train <file>',
      'view 1: pairsDevTrain.txt, on which the one threshold is chosen that judges --pairs',
    )
  addVerificationOptions(command)
  addOutputOptions(addFeatureOptions(command, { images: 'holds <name>/<name>_0001.jpg' })).action(evaluateLfw)
}

async function evaluateLfw(flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { pairs, train, list, trainList } = await readLists(flags)
  const { people, peopleInSeveralFolds } = peopleOfList(flags.pairs, pairs, { say })
  const peopleInBoth = train ? peopleInBothLists({ test: pairs, train }) : null
  if (peopleInBoth)
    say(
      `${flags.pairs}: ${peopleInBoth} people are also in ${flags.pairsTrain}, so that the threshold is chosen on people whom it then judges`,
    )
  const items = pairs.images.map((name) => ({ name }))
  const features = await itemFeatures(flags, items, { say })
  const { variant, resamples } = flags
  const results = verifyPairs(features, pairs, {
    ...{ variant, resamples, where: flags.pairs, people },
    ...(train && { train }),
  })
  const context = {
    name: flags.pairs,
    listedPairs: pairs.same.length,
    items: items.length,
    missingItems: features.missingItems,
  }
  await writeEvaluation(flags, {
    protocol: 'lfw',
    facts: {
      list,
      ...(train && { trainList, trainPairs: train.same.length }),
      ...features.source,
      ...verificationFacts(results, context),
      peopleInSeveralFolds: train ? null : peopleInSeveralFolds,
      ...(train && { peopleInBothLists: peopleInBoth }),
    },
    table: results.length > 1 ? variantColumns(results, context) : verificationTable(results, context),
    curves: verificationCurves(results),
    files: pairFiles(results[0]!, pairs, features),
  })
}

/** A list as the JSON names it. */
interface ListFacts {
  readonly file: string
  readonly sha256: string
}

/** The pairs to judge and, for view 1, those to choose the threshold on, over the same images; and the files of both. */
async function readLists({ pairs: file, pairsTrain }: Flags): Promise<{
  readonly pairs: Pairs
  readonly list: ListFacts
  readonly train?: Pairs
  readonly trainList?: ListFacts
}> {
  const { text, sha256 } = await readHashedText(file)
  const pairs = parseLfwPairs(text, { where: file })
  const list = { file, sha256 }
  if (pairsTrain === undefined) return { pairs, list }
  const known = await readHashedText(pairsTrain)
  const lists = withTraining(pairs, parseLfwPairs(known.text, { where: pairsTrain }), {
    ...{ where: file, trainWhere: pairsTrain },
  })
  return {
    pairs: lists.test,
    list,
    train: lists.train,
    trainList: { file: pairsTrain, sha256: known.sha256 },
  }
}
