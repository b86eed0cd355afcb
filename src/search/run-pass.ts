import { Worker } from 'node:worker_threads'
import { DataError, UsageError } from '../errors.ts'
import { guardExit, openGate } from '../runtime/node-gate.ts'
import type { CountStart } from './count-worker.ts'
import { type FeatureSource, itemCount } from './feature-rows.ts'
import { mergeKept } from './kept-scores.ts'
import { histogramBins, type Pass, type PassCounts, type PassProbes } from './pass.ts'

/** How a pass is run. */
export interface RunPassOptions {
  readonly blockRows: number
  /** First items of the blocks to count; all of the source by default. */
  readonly blocks?: Int32Array
  readonly threads: number
  /** Distinct scores that one thread may keep; any number by default. */
  readonly mostKept?: number
  readonly signal?: AbortSignal
  /** Called with the number of distractors that were counted since the last call. */
  readonly onProgress?: (done: number) => void
}

type Message =
  | { readonly ready: true }
  | { readonly done: number }
  | { readonly counts: PassCounts | null }
  | { readonly error: string; readonly kind: string }

/** Counts distractors in `threads` worker threads. @throws DataError for a feature that cannot be used; the signal's reason */
export async function runPass(
  probes: PassProbes,
  source: FeatureSource,
  pass: Pass,
  {
    blockRows,
    blocks = allBlocks(itemCount(source), blockRows),
    threads,
    mostKept = Number.POSITIVE_INFINITY,
    signal,
    onProgress,
  }: RunPassOptions,
): Promise<PassCounts> {
  signal?.throwIfAborted()
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const stop = (): void => void Atomics.store(shared, 1, 1)
  signal?.addEventListener('abort', stop)
  try {
    const start = { probes, pass, source, blocks, items: itemCount(source), blockRows, mostKept, shared }
    const count = Math.max(1, Math.min(threads, blocks.length))
    const counters: Counter[] = []
    // One after the other, both ways: the runtime does not like to be brought up or taken down in two threads at once.
    while (counters.length < count) {
      const counter = startCounter(start, onProgress)
      counter.counted.catch(stop)
      counters.push(counter)
      await counter.ready
    }
    const ends = await Promise.allSettled(counters.map(({ counted }) => counted))
    for (const counter of counters) await counter.close()
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    signal?.throwIfAborted()
    const parts = ends.flatMap((end) => (end.status === 'fulfilled' && end.value ? [end.value] : []))
    return mergeCounts(parts, probes, pass)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** The first items of blocks that cover `items`. */
export function allBlocks(items: number, blockRows: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(items / blockRows) }, (_, k) => k * blockRows)
}

/** A thread that counts. */
interface Counter {
  /** When the runtime is up in it, or it has ended. */
  readonly ready: Promise<void>
  readonly counted: Promise<PassCounts | null>
  /** Ends it; done when it is gone. */
  close(): Promise<void>
}

function startCounter(start: Omit<CountStart, 'gate'>, onProgress: RunPassOptions['onProgress']): Counter {
  const gate = openGate()
  const release = guardExit(gate)
  const file = import.meta.url.endsWith('.ts') ? './count-worker.ts' : './count-worker.js'
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { ...start, gate } satisfies CountStart,
    execArgv: [],
  })
  const ready = Promise.withResolvers<void>()
  const counted = Promise.withResolvers<PassCounts | null>()
  const exited = Promise.withResolvers<void>()
  worker.on('message', (message: Message) => {
    if ('done' in message) onProgress?.(message.done)
    else if ('ready' in message) ready.resolve()
    else if ('error' in message) counted.reject(errorOf(message))
    else counted.resolve(message.counts)
  })
  worker.on('error', (error) => counted.reject(error))
  worker.on('exit', () => {
    release()
    counted.reject(new Error('the thread that counts has ended'))
    ready.resolve()
    exited.resolve()
  })
  return {
    ready: ready.promise,
    counted: counted.promise,
    close: () => {
      worker.postMessage('close')
      return exited.promise
    },
  }
}

function errorOf({ error, kind }: { readonly error: string; readonly kind: string }): Error {
  if (kind === 'DataError') return new DataError(error)
  return kind === 'UsageError' ? new UsageError(error) : new Error(error)
}

/** Adds parts up: counts are whole numbers, so that the order cannot matter. */
export function mergeCounts(
  parts: readonly PassCounts[],
  probes: Pick<PassProbes, 'count' | 'mates'>,
  pass: Pass,
): PassCounts {
  const total = (pick: (part: PassCounts) => Float64Array, length: number): Float64Array => {
    const sum = new Float64Array(length)
    for (const part of parts)
      pick(part).forEach((value, i) => {
        sum[i]! += value
      })
    return sum
  }
  const best = mergeBest(parts, probes.count, pass.best)
  return {
    above: total((part) => part.above, pass.thresholds.length),
    leadingAbove: total((part) => part.leadingAbove, pass.leadingThresholds.length),
    histogram: total((part) => part.histogram, pass.isWhole ? histogramBins : 0),
    beaten: total((part) => part.beaten, probes.mates.scores.length + probes.count),
    kept: pass.zones.map((_, z) => mergeKept(parts.map((part) => part.kept[z]!))),
    ...best,
    longest: Math.max(...parts.map(({ longest }) => longest)),
  }
}

function mergeBest(
  parts: readonly PassCounts[],
  count: number,
  best: number,
): { readonly bestIndex: Int32Array; readonly bestScore: Float64Array } {
  const bestIndex = new Int32Array(count * best).fill(-1)
  const bestScore = new Float64Array(count * best).fill(Number.NEGATIVE_INFINITY)
  for (let probe = 0; probe < count; probe++) {
    const all = parts.flatMap((part) =>
      Array.from({ length: best }, (_, k) => ({
        index: part.bestIndex[probe * best + k]!,
        value: part.bestScore[probe * best + k]!,
      })).filter(({ index }) => index >= 0),
    )
    all.sort((x, y) => y.value - x.value || x.index - y.index)
    all.slice(0, best).forEach(({ index, value }, k) => {
      bestIndex[probe * best + k] = index
      bestScore[probe * best + k] = value
    })
  }
  return { bestIndex, bestScore }
}
