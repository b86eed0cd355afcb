import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { networkSize } from '../../backbones/index.ts'
import { cacheBytes } from '../../data/index.ts'
import { elementCount, input } from '../../graph/index.ts'
import { train } from '../../train/index.ts'
import type { Recipe } from './recipe.ts'
import type { trainOptions } from './training-run.ts'

const timedSteps = 5

/** Times a few steps on the real images and prints what the whole run would take; writes nothing. */
export async function dryRun(
  options: Parameters<typeof train>[0] & ReturnType<typeof trainOptions>,
  {
    recipe,
    out = '.',
    json,
  }: { readonly recipe: Recipe; readonly out?: string | undefined; readonly json: boolean },
): Promise<void> {
  const times: number[] = []
  let checkpointBytes = 0
  const isCached = recipe.cache !== 'none'
  const { interrupted } = await train({
    ...options,
    steps: timedSteps + 1,
    checkpointEvery: timedSteps + 1,
    // Images are decoded here; in a run with a cache they lie ready.
    onStep: ({ stepMs, waitedMs }) => times.push(isCached ? stepMs : stepMs + waitedMs),
    onCheckpoint: ({ shapes }) => {
      for (const shape of shapes.values()) checkpointBytes += 4 * elementCount(shape)
    },
  })
  if (interrupted) {
    process.exitCode = 130
    return
  }
  // The first step is slow while memory is claimed, and is not counted.
  const median = times.slice(1).sort((a, b) => a - b)[Math.floor(timedSteps / 2)]!
  const free = await statfs(nearestFolder(out))
  const { height, width, vectors } = options.data
  const network = networkSize(
    options.backbone(input('x', vectors === undefined ? [1, 3, height, width] : [1, vectors])),
  )
  const perEpoch = Math.floor(options.data.count / options.batch)
  const facts = {
    people: options.data.classes,
    images: options.data.count,
    ...network,
    steps: options.steps,
    stepsPerEpoch: perEpoch,
    secondsPerStep: median / 1000,
    imagesPerSecond: (1000 * options.batch) / median,
    hours: (median * options.steps) / 3_600_000,
    memoryBytes: process.resourceUsage().maxRSS * 1024,
    // A new checkpoint is written beside the last; the model is less than one; a line of metrics a step; the cache.
    diskBytes:
      3 * checkpointBytes +
      150 * options.steps +
      (isCached ? cacheBytes(options.data.count, options.data) : 0),
    freeDiskBytes: free.bavail * free.bsize,
    recipe,
  }
  const gib = (n: number): string => `${(n / 2 ** 30).toFixed(2)} GiB`
  const whole = (n: number): string => n.toLocaleString('en')
  const lines = [
    `people   ${facts.people}`,
    `images   ${facts.images}`,
    `network  ${whole(network.parameters)} parameters, ${whole(network.multiplyAdds)} multiply-adds an image`,
    `steps    ${facts.steps} (${perEpoch} an epoch)`,
    `rate     ${facts.imagesPerSecond.toFixed(1)} images/s (median of ${timedSteps} steps)`,
    `hours    ${facts.hours.toFixed(2)}${isCached ? ', and the time to align all images once' : ''}`,
    `memory   ${gib(facts.memoryBytes)}`,
    `disk     ${gib(facts.diskBytes)} at the most (${gib(facts.freeDiskBytes)} are free here)`,
  ]
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : `${lines.join('\n')}\n`)
}

/** The folder itself, or the nearest above it that exists. */
function nearestFolder(path: string): string {
  let folder = resolve(path)
  while (!existsSync(folder)) folder = dirname(folder)
  return folder
}
