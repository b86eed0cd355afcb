/** A thread that counts blocks of distractors: it takes the next block that no other has taken until none is left. */
import { parentPort, workerData } from 'node:worker_threads'
import { DataError } from '../errors.ts'
import { type Gate, passGate } from '../runtime/node-gate.ts'
import { createInlineSession, type InlineSession } from '../runtime/node-inline.ts'
import { type FeatureSource, openFeatures } from './feature-rows.ts'
import type { Pass, PassProbes } from './pass.ts'
import { passCounter } from './pass-counter.ts'
import { longestAllowed, longRows, squaredNorms } from './score.ts'
import { tileModel } from './tile-model.ts'

/** Rows and columns of a tile of scores, which stays in the cache between the product and the count. */
export const tileSide = 512

/** What a thread is started with. */
export interface CountStart {
  readonly probes: PassProbes
  readonly pass: Pass
  readonly source: FeatureSource
  /** First items of the blocks to count, and how many items the list and a block hold. */
  readonly blocks: Int32Array
  readonly items: number
  readonly blockRows: number
  /** Distinct scores that this thread may keep. */
  readonly mostKept: number
  /** [0] the next block to take; [1] 1 to stop. */
  readonly shared: Int32Array<SharedArrayBuffer>
  readonly gate: Gate
}

const start = workerData as CountStart

async function count(): Promise<unknown> {
  const { probes, pass, source, blocks, items, blockRows, mostKept, shared, gate } = start
  const { columns } = source
  const sessions: InlineSession[] = []
  for (let firstProbe = 0; firstProbe < probes.count; firstProbe += tileSide) {
    const model = tileModel(tileSide, tileWeights(firstProbe), columns)
    const session = await passGate(gate, () => createInlineSession(model))
    if (!session) return null
    sessions.push(session)
  }
  parentPort!.postMessage({ ready: true })
  const counter = passCounter(probes, pass, { mostKept })
  const reader = openFeatures(source)
  const block = new Float32Array(Math.ceil(blockRows / tileSide) * tileSide * columns)
  const y = new Float32Array(tileSide * tileSide)
  const outputs = { y: { type: 'float32', shape: [tileSide, tileSide], data: y } } as const
  try {
    for (let k = Atomics.add(shared, 0, 1); k < blocks.length; k = Atomics.add(shared, 0, 1)) {
      const firstItem = blocks[k]!
      const rows = Math.min(blockRows, items - firstItem)
      reader.read(firstItem, rows, block)
      const { ordinary, long } = parted(block, rows, firstItem)
      counter.expect(ordinary.longest)
      for (const [k, session] of sessions.entries()) {
        const firstProbe = k * tileSide
        for (let first = 0; first < ordinary.count; first += tileSide) {
          if (Atomics.load(shared, 1) === 1) return null
          const inTile = Math.min(tileSide, ordinary.count - first)
          const data = block.subarray(first * columns, (first + tileSide) * columns)
          const feeds = { b: { type: 'float32', shape: [tileSide, columns], data } } as const
          const ran = await passGate(gate, async () => {
            await session.run(feeds, outputs)
            return true
          })
          if (!ran) return null
          counter.add({
            ...{ y, firstProbe, probes: Math.min(tileSide, probes.count - firstProbe), stride: tileSide },
            ...{ rows: inTile, distractors: { data, columns } },
            norms: ordinary.norms.subarray(first, first + inTile),
            numbers: ordinary.numbers.subarray(first, first + inTile),
          })
        }
      }
      counter.addLong(long.rows, long.numbers)
      parentPort!.postMessage({ done: rows })
    }
  } finally {
    reader.close()
    for (const session of sessions) await session.release()
  }
  return counter.finish()
}

/** 2·a of the probes of a tile, a column each: [columns, tileSide]; zeros behind the last. */
function tileWeights(firstProbe: number): Float32Array {
  const { rows, count: all } = start.probes
  const { columns, data } = rows
  const w = new Float32Array(columns * tileSide)
  for (let column = 0; column < Math.min(tileSide, all - firstProbe); column++)
    for (let k = 0; k < columns; k++)
      w[k * tileSide + column] = 2 * data[(firstProbe + column) * columns + k]!
  return w
}

/** Parts the rows of a block: those that are far longer than the others are taken out of it, the others move up. */
function parted(block: Float32Array, rows: number, firstItem: number) {
  const { source } = start
  const { columns } = source
  const norms = squaredNorms({ data: block.subarray(0, rows * columns), columns })
  const tooLong = norms.findIndex((norm) => norm > longestAllowed ** 2)
  if (tooLong >= 0) {
    const item = firstItem + tooLong
    const where =
      source.kind === 'files' ? source.paths[item] : `${source.path}: row ${source.order?.[item] ?? item}`
    throw new DataError(
      `${where}: expected features shorter than ${longestAllowed}, got ${Math.sqrt(norms[tooLong]!)}`,
    )
  }
  const { isLong, longest } = longRows(norms)
  const numbers = Int32Array.from(norms, (_, i) => firstItem + i)
  const longNumbers = numbers.filter((_, i) => isLong[i] === 1)
  const data = new Float32Array(longNumbers.length * columns)
  longNumbers.forEach((number, k) => {
    const at = (number - firstItem) * columns
    data.set(block.subarray(at, at + columns), k * columns)
  })
  let count = 0
  for (let i = 0; i < rows; i++) {
    if (isLong[i] === 1) continue
    if (count < i) block.copyWithin(count * columns, i * columns, (i + 1) * columns)
    norms[count] = norms[i]!
    numbers[count] = firstItem + i
    count++
  }
  return {
    ordinary: { count, norms, numbers, longest },
    long: { rows: { data, columns }, numbers: longNumbers },
  }
}

// Stays until it is told to go, so that threads end one after the other.
parentPort!.once('message', () => {})

count().then(
  (counts) => parentPort!.postMessage({ counts }),
  (error: Error) => parentPort!.postMessage({ error: error.message, kind: error.name }),
)
