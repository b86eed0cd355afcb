import { UsageError } from '../errors.ts'
import { det, roc } from '../evaluate/index.ts'
import type { DemoReportInput, LossReport } from './demo-input.ts'
import { count, inWords, list } from './parts.ts'
import { report } from './report.ts'
import type { ReportEvaluation, ReportRun } from './report-input.ts'

/**
 * The report of the main job: that of its four runs, told as one story.
 * @throws UsageError without losses
 */
export function demoReport(input: DemoReportInput): string {
  const { losses, faces, faceAspect, pictures, versions, seconds } = input
  if (losses.length === 0) throw new UsageError('demoReport: expected one loss or more, got 0')
  return report({
    title: `${inWords(losses.length)} ${losses.length === 1 ? 'loss' : 'losses'}, proved on people never seen`,
    lead: story(input),
    runs: losses.map((loss) => runOf(loss, input)),
    card: {
      data: `Rendered faces of nobody, from seed ${input.seed}: they hold what is easy to draw, not what faces are.`,
      limits:
        'Trained for minutes, to show that the machinery works and what a margin does. Rendered faces say nothing about photographs.',
    },
    faces,
    ...(faceAspect !== undefined && { faceAspect }),
    ...(pictures && { pictures }),
    versions: { ...versions, 'rule of LFW': `variant ${losses[0]!.result.variant}` },
    seconds,
  })
}

/** What was done, in three sentences. */
function story({ losses, training, testing, distractors, seed }: DemoReportInput): string {
  const { pairs, folds } = losses[0]!.result
  return [
    `From seed ${seed}, synthetic faces were rendered of ${count(training.people)} people to learn from (${count(training.images)} images), and of ${count(testing.people)} others to test on (${count(testing.images)} images).`,
    `The same network was trained with ${list(losses.map(({ name }) => name))}; its last layer, which knows the people it learnt from, was then thrown away.`,
    `What is left turns a face into a direction, and the angle between two directions decides whether two faces are one person: on ${count(pairs)} pairs in ${folds.length} folds by the rule of LFW, and in search among ${count(distractors.images)} images of ${count(distractors.people)} more people.`,
  ].join(' ')
}

function runOf(
  {
    name,
    result,
    scores,
    same,
    pairs,
    identification,
    amongDistractors,
    metrics,
    settings,
    ...loss
  }: LossReport,
  { training, settings: shared, seed }: DemoReportInput,
): ReportRun {
  const curve = { name, ...roc(scores, same) }
  const { fmr, fnmr } = det(scores, same)
  const impostorPairs = same.filter((label) => label === 0).length
  const evaluations: ReportEvaluation[] = [
    {
      protocol: 'pairs',
      name: 'pairs',
      facts: { ...result, impostorPairs, genuinePairs: same.length - impostorPairs },
      roc: [{ name, x: curve.fpr, y: curve.tpr }],
      det: [{ name, x: fmr, y: fnmr }],
      pairs,
      notices: [],
    },
    {
      protocol: 'distractors',
      name: 'distractors',
      facts: {
        rank1: identification.rank1,
        orderedPairs: identification.ranks.length,
        distractors: identification.distractors,
        ...{ amongDistractors, genuinePairs: amongDistractors.genuinePairs },
        impostorPairs: amongDistractors.impostorPairs,
      },
      notices: [],
    },
  ]
  return {
    name,
    data: { name: 'rendered faces', people: training.people, images: training.images },
    settings: { ...shared, seed, loss: name },
    lossOptions: settings,
    state: 'finished',
    steps: loss.lossCurve.length,
    seconds: loss.seconds,
    metrics: {
      loss: {
        steps: loss.lossCurve.map(({ step }) => step),
        values: loss.lossCurve.map((point) => point.loss),
      },
      ...metrics,
    },
    versions: {},
    evaluations,
  }
}
