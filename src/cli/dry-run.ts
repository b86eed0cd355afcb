import { statfs } from 'node:fs/promises'
import { train } from '../train/index.ts'
import type { Recipe } from './recipe.ts'
import type { trainOptions } from './training-run.ts'

const timedSteps = 5

/** Times a few steps on the real images and prints what the whole run would take; writes nothing. */
export async function dryRun(
  options: ReturnType<typeof trainOptions>,
  { recipe, json }: { readonly recipe: Recipe; readonly json: boolean },
): Promise<void> {
  const times: number[] = []
  let bytes = 0
  const perEpoch = Math.floor(options.data.count / options.batch)
  await train({
    ...options,
    steps: timedSteps + 1,
    onStep: ({ stepMs, waitedMs }) => {
      times.push(stepMs + waitedMs)
      bytes = Math.max(bytes, process.memoryUsage().rss)
    },
    onCheckpoint: ({ tensors }) => {
      checkpointBytes = [...tensors.values()].reduce((n, { data }) => n + data.byteLength, 0)
    },
  })
  // The first step is slow while memory is claimed, and is not counted.
  const median = times.slice(1).sort((a, b) => a - b)[Math.floor(timedSteps / 2)]!
  const free = await statfs('.')
  const facts = {
    people: options.data.classes,
    images: options.data.count,
    steps: options.steps,
    stepsPerEpoch: perEpoch,
    secondsPerStep: median / 1000,
    imagesPerSecond: (1000 * options.batch) / median,
    hours: (median * options.steps) / 3_600_000,
    memoryBytes: bytes,
    diskBytes: 2 * checkpointBytes,
    freeDiskBytes: free.bavail * free.bsize,
    recipe,
  }
  const gib = (n: number): string => `${(n / 2 ** 30).toFixed(2)} GiB`
  process.stdout.write(
    json
      ? `${JSON.stringify(facts)}\n`
      : [
          `people   ${facts.people}`,
          `images   ${facts.images}`,
          `steps    ${facts.steps} (${perEpoch} an epoch)`,
          `rate     ${facts.imagesPerSecond.toFixed(1)} images/s (median of ${timedSteps} steps)`,
          `hours    ${facts.hours.toFixed(2)}`,
          `memory   ${gib(bytes)}`,
          `disk     ${gib(facts.diskBytes)} at the most (${gib(facts.freeDiskBytes)} are free here)`,
          '',
        ].join('\n'),
  )
}

let checkpointBytes = 0
