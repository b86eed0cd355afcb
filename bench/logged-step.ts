import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openLiveLog } from '../src/cli/live/live-log.ts'
import { liveMetrics } from '../src/cli/live/live-metrics.ts'
import { serveLive } from '../src/cli/live/live-server.ts'
import { openMetrics } from '../src/cli/train/metrics-log.ts'
import { runFolder } from '../src/cli/train/run-folder.ts'
import { metricsOf } from '../src/losses/index.ts'
import type { TrainOptions } from '../src/train/index.ts'
import type { Setup } from './setup.ts'

/** The step's loss has prototypes, one a class. */
const lmclHead = { prototypesPerClass: 1, usesPrototypes: true } as const

/**
 * What `steradian train` does beside its steps: it writes its metrics, and with `--live` also angles, both twice a second or so,
 * and serves them to a page, whose part a process of its own plays.
 */
export async function loggedStep({
  log,
  batch,
}: Extract<Setup, { readonly kind: 'step' }>): Promise<Pick<TrainOptions, 'metrics' | 'onStep'>> {
  if (!log) return {}
  const { folder, isLive } = log
  const files = runFolder(folder)
  await writeFile(files.recipe, '{}')
  const metrics = await openMetrics(files.metrics, { step: 0, ...(isLive && { everyMs: 500 }) })
  const live = isLive ? await openLiveLog(files.live, { step: 0, batch }) : undefined
  if (isLive) await startListener((await serveLive([folder])).url)
  return {
    metrics: (isLive ? liveMetrics : metricsOf)(lmclHead),
    onStep: (progress) => {
      const { step, loss, rate, values } = progress
      metrics.add({ step, loss, rate, ...values })
      live?.take(progress)
    },
  }
}

async function startListener(url: string): Promise<void> {
  const path = fileURLToPath(new URL('listener.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.on('exit', () => child.kill())
  await once(child.stdout, 'data')
}
