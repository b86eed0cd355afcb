/** A thread that counts blocks of distractors: it takes the next block that no other has taken until none is left. */
import { parentPort, workerData } from 'node:worker_threads'
import { DataError } from '../errors.ts'
import { type Gate, passGate } from '../runtime/node-gate.ts'
import { createInlineSession } from '../runtime/node-inline.ts'
import { type FeatureSource, openFeatures } from './feature-rows.ts'
import { type Pass, type PassProbes, passCounter } from './pass.ts'
import { squaredNorms } from './score.ts'
import { tileModel } from './tile-model.ts'

/** Rows and columns of a tile of scores, which stays in the cache between the product and the count. */
export const tileSide = 512

export interface CountStart {
  readonly probes: PassProbes
  readonly pass: Pass
  readonly source: FeatureSource
  /** First items of the blocks to count, and how many items the list and a block hold. */
  readonly blocks: Int32Array
  readonly items: number
  readonly blockRows: number
  /** [0] the next block to take; [1] 1 to stop. */
  readonly shared: Int32Array<SharedArrayBuffer>
  readonly gate: Gate
}

const start = workerData as CountStart

/** Features longer than this overflow float32 arithmetic. */
const longestAllowed = 1e15

async function count(): Promise<unknown> {
  const { probes, pass, source, blocks, items, blockRows, shared, gate } = start
  const { columns } = source
  const session = await passGate(gate, () => createInlineSession(tileModel(tileSide, tileSide, columns)))
  if (!session) return null
  const counter = passCounter(probes, pass)
  const reader = openFeatures(source)
  const block = new Float32Array(Math.ceil(blockRows / tileSide) * tileSide * columns)
  const a = new Float32Array(tileSide * columns)
  const c = new Float32Array(tileSide)
  const y = new Float32Array(tileSide * tileSide)
  const aTensor = { type: 'float32', shape: [tileSide, columns], data: a } as const
  const outputs = { y: { type: 'float32', shape: [tileSide, tileSide], data: y } } as const
  try {
    for (let k = Atomics.add(shared, 0, 1); k < blocks.length; k = Atomics.add(shared, 0, 1)) {
      const firstItem = blocks[k]!
      const rows = Math.min(blockRows, items - firstItem)
      reader.read(firstItem, rows, block)
      const norms = squaredNorms({ data: block.subarray(0, rows * columns), columns })
      const longest = Math.sqrt(norms.reduce((most, norm) => Math.max(most, norm), 0))
      if (longest > longestAllowed)
        throw new DataError(
          `${where(source, firstItem)}: expected features shorter than ${longestAllowed}, got ${longest}`,
        )
      counter.expect(longest)
      for (let firstProbe = 0; firstProbe < probes.count; firstProbe += tileSide) {
        const tileRows = Math.min(tileSide, probes.count - firstProbe)
        const from = firstProbe * columns
        for (let i = 0; i < tileRows * columns; i++) a[i] = 2 * probes.rows.data[from + i]!
        for (let first = 0; first < rows; first += tileSide) {
          if (Atomics.load(shared, 1) === 1) return null
          const inTile = Math.min(tileSide, rows - first)
          for (let j = 0; j < inTile; j++) c[j] = -norms[first + j]!
          const data = block.subarray(first * columns, (first + tileSide) * columns)
          const feeds = {
            a: aTensor,
            b: { type: 'float32', shape: [tileSide, columns], data },
            c: { type: 'float32', shape: [tileSide], data: c },
          } as const
          const ran = await passGate(gate, async () => {
            await session.run(feeds, outputs)
            return true
          })
          if (!ran) return null
          counter.add({
            ...{ y, firstProbe, rows: tileRows, stride: tileSide, count: inTile },
            distractors: { data, columns },
            firstDistractor: firstItem + first,
          })
        }
      }
      parentPort!.postMessage({ done: rows })
    }
  } finally {
    reader.close()
  }
  return counter.finish()
}

const where = (source: FeatureSource, item: number): string =>
  source.kind === 'files' ? source.paths[item]! : source.path

count().then(
  (counts) => parentPort!.postMessage({ counts }),
  (error: Error) => parentPort!.postMessage({ error: error.message, isData: error instanceof DataError }),
)
