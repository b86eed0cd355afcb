/** A thread that holds a shard of a chunked head: rows of classes, and the sessions that look at them and let them learn. */
import { type MessagePort, workerData } from 'node:worker_threads'
import type { Gate } from '../../runtime/node-gate.ts'
import { serveThread } from '../../runtime/node-serve.ts'
import type { TensorData } from '../../runtime/session.ts'
import { fileRows, memoryPieces, type PieceRows } from './rows.ts'
import { openShard, type ShardPlan } from './shard.ts'
import { Closed, openModel } from './thread-model.ts'

/** What the thread is started with. */
export interface ShardStart {
  readonly plan: ShardPlan
  /** State that has numbers for each class, by name: those of its own classes, and how many a class has. */
  readonly perClass: Record<string, { readonly data: Float32Array; readonly width: number }>
  /** Where that state lies, in files of its own; memory where it is missing. */
  readonly folder: string | undefined
  /** Where the thread of the backbone asks it to look and to learn. */
  readonly port: MessagePort
  readonly gate: Gate
}

/** What the thread is asked: to look and to learn by the thread of the backbone, for its rows by whoever started it. */
export type ShardRequest =
  | { readonly kind: 'look'; readonly feeds: Readonly<Record<string, TensorData>> }
  | { readonly kind: 'learn'; readonly shares: readonly Float32Array[] }
  | RowsRequest

/** For the rows of `count` classes from `first` on, which counts from the first that the thread holds. */
export interface RowsRequest {
  readonly kind: 'rows'
  readonly name: string
  readonly first: number
  readonly count: number
}

const { plan, perClass, folder, port, gate } = workerData as ShardStart

/** What is in a file now need not stay in memory. */
function inFile(name: string, { data, width }: ShardStart['perClass'][string], folder: string): PieceRows {
  delete perClass[name]
  return fileRows(data, width, folder, `${name.replaceAll(/[^a-z]/g, '-')}-${plan.first}.rows`)
}

serveThread<ShardRequest>(async () => {
  const rows = new Map(
    Object.entries(perClass).map(([name, given]) => [
      name,
      folder === undefined
        ? memoryPieces(given.data, given.width, plan.sizes[0]!)
        : inFile(name, given, folder),
    ]),
  )
  const opened = await openShard(plan, { rows, openModel: (bytes) => openModel(bytes, { gate }) }).catch(
    (error: unknown) => {
      if (error instanceof Closed) return null
      throw error
    },
  )
  if (!opened) return null
  const { look, learn, models } = opened
  return {
    opened: {},
    answer: async (request) => {
      if (request.kind === 'look') return { value: await look(request.feeds) }
      if (request.kind === 'learn') return { value: await learn(request.shares) }
      const all = rows.get(request.name)!
      const data = all.read(request.first, request.count, new Float32Array(request.count * all.width)).slice()
      return { value: data, transfer: [data.buffer as ArrayBuffer] }
    },
    release: async () => {
      for (const model of models) await model.release()
      for (const all of rows.values()) all.close()
    },
  }
}, [port])
