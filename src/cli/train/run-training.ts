import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Dataset } from '../../data/index.ts'
import { type Progress, prototypesName, train, writeCheckpoint } from '../../train/index.ts'
import { writeWhole } from '../files/write-file.ts'
import { openLiveLog } from '../live/live-log.ts'
import { progress } from '../progress.ts'
import { learningSettings } from './learning-settings.ts'
import { type MetricsLine, openMetrics } from './metrics-log.ts'
import type { Recipe } from './recipe.ts'
import { restingWatch } from './resting.ts'
import type { OpenRunFolder } from './run-folder.ts'
import { modelFile, type trainOptions } from './training-run.ts'

type Options = Parameters<typeof train>[0] & ReturnType<typeof trainOptions>

/** Trains under a recipe into a run folder: metrics, checkpoints, and at the end the model. */
export async function runTraining(
  options: Options,
  {
    recipe,
    dataset,
    content,
    folder,
    json,
    isLive = false,
    say,
  }: {
    readonly recipe: Recipe
    readonly dataset: Pick<Dataset, 'hash' | 'people' | 'samples'>
    /** The hash of the pictures' bytes, where it is known. */
    readonly content?: string | undefined
    readonly folder: OpenRunFolder
    readonly json: boolean
    /** Whether somebody watches: angles and points are kept too, and metrics are written without waiting for twenty. */
    readonly isLive?: boolean
    readonly say: (line: string) => void
  },
): Promise<void> {
  const started = performance.now()
  const { steps, batch, data, resume } = options
  const done = resume?.step ?? 0
  const metrics = await openMetrics(folder.metrics, { step: done, ...(isLive && { everyMs: 500 }) })
  // One that goes on unwatched drops what will be done again, too.
  const opened =
    isLive || existsSync(folder.live) ? await openLiveLog(folder.live, { step: done, batch }) : undefined
  const live = isLive ? opened : undefined
  const progressFrom = (step: number) =>
    progress({ total: steps * batch, label: recipe.loss, unit: 'images', from: step * batch })
  let shown = progressFrom(done)
  const resting = restingWatch({
    classes: data.classes,
    window: Math.max(200, Math.floor(data.count / batch)),
  })
  const recent = recently()
  for (const line of metrics.before) {
    recent.take(line)
    resting.step(line.loss!)
  }
  const report = (progress: Progress): void => {
    const { step, loss, rate, values, stepMs, waitedMs } = progress
    const line = { step, loss, rate, ...values }
    metrics.add(line)
    live?.take(progress)
    recent.take(line, { stepMs, waitedMs })
    shown.update(step * batch, recent.text())
    if (resting.step(loss)) {
      // The line so far ends here; a new one goes on below the notice.
      shown.finish()
      shown = progressFrom(step)
      say(
        `step ${step}: the loss rests at ln C = ${Math.log(data.classes).toFixed(2)}, nothing is learnt; ` +
          'try another rate (0.1 for A-Softmax), a warm-up, another gradient form, or start from a softmax model (--from)',
      )
    }
  }
  const trained = await train({
    ...options,
    settings: {
      dataHash: dataset.hash,
      ...(content !== undefined && { contentHash: content }),
      recipe: learningSettings(recipe),
    },
    onStep: report,
    onNotice: say,
    onCheckpoint: async (checkpoint) => {
      await metrics.flush()
      live?.flush()
      await writeCheckpoint(folder.checkpoint, checkpoint)
    },
  })
    .catch(async (error: unknown) => {
      // The steps before a failure are what explains it.
      await metrics.flush().catch(() => {})
      throw error
    })
    .finally(() => shown.finish())
  if (trained.interrupted) {
    say(`stopped at step ${trained.step} of ${steps}; the same command with --resume goes on`)
    process.exitCode = 130
    return
  }
  const { hash, people, samples } = dataset
  await writeWhole(
    folder.model,
    modelFile(recipe, {
      values: new Map([...trained.values].filter(([name]) => !name.startsWith('head.'))),
      data: {
        people: people.length,
        images: samples.length,
        hash,
        ...(content !== undefined && { content }),
      },
      vectors: data.vectors,
    }),
  )
  const { loss, accuracy } = recent
  if (!json) {
    say(`${folder.model}: loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`)
    return
  }
  const facts = {
    model: folder.model,
    steps,
    people: people.length,
    images: samples.length,
    loss,
    accuracy,
    seconds: (performance.now() - started) / 1000,
    bytes: (await stat(folder.model)).size,
    prototypes: trained.values.get(prototypesName)?.length ?? 0,
  }
  process.stdout.write(`${JSON.stringify(facts)}\n`)
}

/** Means over about the last twenty steps, and the share of the time that was spent waiting for images. */
function recently() {
  const blend = (before: number, now: number): number =>
    Number.isNaN(before) ? now : 0.95 * before + 0.05 * now
  let last: MetricsLine = { step: 0, loss: Number.NaN }
  let [waited, total] = [0, 0]
  const recent = {
    loss: Number.NaN,
    accuracy: Number.NaN,
    take(line: MetricsLine, { stepMs = 0, waitedMs = 0 } = {}) {
      last = line
      recent.loss = blend(recent.loss, line.loss!)
      recent.accuracy = blend(recent.accuracy, line.accuracy!)
      waited = 0.95 * waited + waitedMs
      total = 0.95 * total + waitedMs + stepMs
    },
    text(): string {
      const lambda = last.lambda === undefined ? '' : `  λ ${last.lambda.toPrecision(3)}`
      return (
        `loss ${recent.loss.toFixed(3)}  accuracy ${(100 * recent.accuracy).toFixed(1)} %  ` +
        `rate ${last.rate!.toPrecision(3)}${lambda}  waits for images ${Math.round((100 * waited) / total)} %`
      )
    },
  }
  return recent
}
