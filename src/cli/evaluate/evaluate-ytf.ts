import type { Command } from 'commander'
import { readHashedText } from '../../data/read-text.ts'
import { DataError, UsageError } from '../../errors.ts'
import { type Pairs, parseYtfSplits, type VideoScore, videoScore, ytf } from '../../evaluate/index.ts'
import { namesFile } from '../embed/embed-folder.ts'
import { openFeatureFile } from '../embed/feature-file.ts'
import { type MissingImage, sayMissing } from '../embed/missing-images.ts'
import { interruption } from '../interruption.ts'
import { addFeatureOptions, checkSource, type FeatureFlags } from './evaluation-features.ts'
import { addOutputOptions, writeEvaluation } from './evaluation-output.ts'
import { pairFiles } from './pair-file.ts'
import { peopleOfList } from './people-of-list.ts'
import {
  addResamplesOption,
  checkFolds,
  verificationCurves,
  verificationFacts,
  verificationTable,
  whole,
  withIntervals,
} from './verification-facts.ts'
import { frameRows, listFrames } from './video-frames.ts'
import { meansFromFile, meansFromModel, type VideoMeans } from './video-means.ts'

interface Flags extends FeatureFlags {
  readonly splits: string
  readonly score: VideoScore
  readonly seed: number
  readonly resamples: number
  readonly json?: boolean
  readonly out?: string
}

/** Adds `steradian evaluate ytf`. */
export function registerEvaluateYtf(evaluate: Command): void {
  const command = evaluate
    .command('ytf')
    .description('verification of videos by ten folds of pairs, as YouTube Faces has it')
    .requiredOption('--splits <file>', 'splits.txt')
    .option(
      '--score <name>',
      'mean-score: the mean cosine of all frames with all frames; mean-embedding: the cosine of the mean embeddings; ' +
        'sampled-N: mean-score over N frames a video, drawn by --seed',
      videoScore,
      videoScore('mean-score'),
    )
    .option('--seed <n>', 'which frames sampled-N draws', whole('seed', 0, 2 ** 32 - 1), 0)
  addResamplesOption(command)
  addOutputOptions(
    addFeatureOptions(command, { images: 'holds <name>/<video>/<frames>; each picture there is a frame' }),
  ).action(evaluateYtf)
}

async function evaluateYtf(flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { splits: file, score, seed } = flags
  const { text, sha256 } = await readHashedText(file)
  const pairs = parseYtfSplits(text, { where: file })
  const { people, peopleInSeveralFolds } = peopleOfList(file, pairs, { say })
  const { frameCount, framesMissing, ...found } = await videoMeans(flags, pairs, say)
  checkFolds(pairs, found.missing, file)
  const verified = ytf(found.means, pairs, { rule: score.rule, missing: found.missing })
  const { resamples } = flags
  const results = [withIntervals(verified, pairs, { missing: found.missing, resamples, people })]
  const videosMissing = found.missing.reduce((n, value) => n + value, 0)
  const context = {
    name: `${file}, ${score.name}`,
    listedPairs: pairs.same.length,
    items: frameCount,
    unit: 'frames',
    itemsMissing: framesMissing,
    missingItems: found.missingItems,
  }
  await writeEvaluation(flags, {
    protocol: 'ytf',
    facts: {
      list: { file, sha256 },
      ...found.source,
      score: score.name,
      ...(score.sampled !== undefined && { seed }),
      videos: pairs.images.length,
      videosMissing,
      framesMissing,
      ...verificationFacts(results, context),
      peopleInSeveralFolds,
    },
    table: [
      ...verificationTable(results, context),
      `videos        ${pairs.images.length - videosMissing} of ${pairs.images.length}`,
    ],
    curves: verificationCurves(results),
    files: pairFiles(results[0]!, pairs, found),
  })
}

/** The means of all videos. @throws DataError when frames are missing, unless `--allow-missing` */
async function videoMeans(
  flags: Flags,
  pairs: Pairs,
  say: (line: string) => void,
): Promise<VideoMeans & { readonly frameCount: number; readonly framesMissing: number }> {
  checkSource(flags)
  const { features, images, score, seed } = flags
  const videos = pairs.images
  let frames: Awaited<ReturnType<typeof listFrames>>
  if (features !== undefined) {
    const opened = await openFeatureFile(features)
    await opened.close()
    frames = await frameRows(flags.names ?? namesFile(features), videos, { score, seed, rows: opened.rows })
  } else {
    if (images === undefined) throw new UsageError('--images: expected the folder of the videos, got none')
    frames = await listFrames(images, videos, { score, seed })
  }
  const frameCount = frames.names.length
  const withoutFrames = frames.missingItems.length
  const tell = (missing: readonly MissingImage[]): void => {
    const gone = missing.length - withoutFrames
    const counted = `${gone} of ${frameCount} frames and ${withoutFrames} of ${videos.length} videos`
    sayMissing(missing, { of: frameCount, say, counted })
  }
  const check = (missing: readonly MissingImage[]): void => {
    if (missing.length === 0 || flags.allowMissing) return
    tell(missing)
    throw new DataError(
      `frames: expected all, got ${frameCount - (missing.length - withoutFrames)} of ${frameCount} frames and ${videos.length - withoutFrames} of ${videos.length} videos; --allow-missing goes on and marks the result as incomplete`,
    )
  }
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  try {
    const work = { videos, frames, signal, say, onUnreadable: check }
    const found = await (features === undefined ? meansFromModel(flags, work) : meansFromFile(features, work))
    check(found.missingItems)
    tell(found.missingItems)
    return { ...found, frameCount, framesMissing: found.missingItems.length - withoutFrames }
  } finally {
    stop()
  }
}
