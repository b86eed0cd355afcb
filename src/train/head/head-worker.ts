/**
 * The thread of a step whose prototypes lie outside its graph. It holds the backbone; with a sampled head the rows of all classes,
 * with a chunked one the lines to the threads that hold them.
 */
import { type MessagePort, workerData } from 'node:worker_threads'
import { hash32 } from '../../math/hash.ts'
import { rng } from '../../math/rng.ts'
import type { Gate } from '../../runtime/node-gate.ts'
import { lineOver } from '../../runtime/node-messages.ts'
import { serveThread } from '../../runtime/node-serve.ts'
import { nextName, type TensorData } from '../../runtime/session.ts'
import { chunkedRun } from './chunked-run.ts'
import type { HeadPlan, HeadRun, Run } from './head-run.ts'
import { fileRows, type GatheredRows, memoryRows, type Rows } from './rows.ts'
import { sampledRun } from './sampled-run.ts'
import type { Shard } from './shard.ts'
import type { RowsRequest, ShardRequest } from './shard-worker.ts'
import { Closed, openModel } from './thread-model.ts'

/** What the thread is started with. */
export interface HeadStart {
  readonly plan: HeadPlan
  readonly threads: number
  /** State of the backbone, and of the loss as a whole. */
  readonly state: Readonly<Record<string, TensorData>>
  /** State that has numbers for each class, by name: all its numbers, and how many a class has. */
  readonly perClass: Record<string, { readonly data: Float32Array; readonly width: number }>
  /** Where state that has numbers for each class lies; memory where it is missing. */
  readonly folder?: string | undefined
  /** The lines to the shards of a chunked head. */
  readonly shards: readonly MessagePort[]
  readonly gate: Gate
}

/** What the thread is asked. */
export type HeadRequest =
  | {
      readonly kind: 'step'
      readonly feeds: Readonly<Record<string, TensorData>>
      /** 1 at the first. */
      readonly at: number
    }
  | { readonly kind: 'read'; readonly name: string }
  | RowsRequest

const { plan, threads, state, perClass, folder, shards: ports, gate } = workerData as HeadStart

serveThread<HeadRequest>(async () => {
  // Two sets of state tensors swap roles each step: writing over what is still read would corrupt it.
  let current: Record<string, TensorData> = { ...state }
  let next: Record<string, TensorData> = Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      { ...value, data: new Float32Array(value.data.length) },
    ]),
  )
  const run: Run = {
    state: (name) => current[name],
    next: (outputs) => {
      const into: Record<string, TensorData> = { ...outputs }
      for (const [name, value] of Object.entries(next))
        if (nextName(name) in outputs) into[nextName(name)] = value
      return into
    },
  }
  const opened = await openRun(run).catch((error: unknown) => {
    if (error instanceof Closed) return null
    throw error
  })
  if (!opened) return null
  const { step, models, rows } = opened
  // What no model gives a next value stays.
  for (const name of Object.keys(state))
    if (!models.some(({ outputs }) => nextName(name) in outputs)) next[name] = current[name]!
  return {
    opened: { version: models[0]!.version },
    answer: async (request) => {
      if (request.kind === 'step') {
        const value = await step(request.feeds, request.at)
        ;[current, next] = [next, current]
        return { value }
      }
      const all = rows.get(request.name)
      const data =
        request.kind === 'read' || !all
          ? (current[request.name]!.data as Float32Array).slice()
          : all.read(request.first, request.count, new Float32Array(request.count * all.width)).slice()
      return { value: data, transfer: [data.buffer as ArrayBuffer] }
    },
    release: async () => {
      for (const model of models) await model.release()
      for (const all of rows.values()) all.close()
    },
  }
})

/** Compiles the models of the plan, and takes the rows over. */
async function openRun(run: Run): Promise<HeadRun & { readonly rows: ReadonlyMap<string, Rows> }> {
  const open = (bytes: Uint8Array) => openModel(bytes, { gate, threads, spin: plan.kind === 'sampled' })
  if (plan.kind === 'chunked')
    return {
      ...(await chunkedRun(plan, { run, shards: ports.map(shardOver), openModel: open })),
      rows: new Map(),
    }
  const rows = new Map(
    Object.entries(perClass).map(([name, given]) => [
      name,
      folder === undefined ? memoryRows(given.data, given.width) : inFile(name, given, folder),
    ]),
  )
  const randomAt = (at: number) => rng(plan.seed, hash32('head.sample'), at)
  return { ...(await sampledRun(plan, { run, rows, openModel: open, randomAt })), rows }
}

/** What is in a file now need not stay in memory. */
function inFile(name: string, { data, width }: HeadStart['perClass'][string], folder: string): GatheredRows {
  delete perClass[name]
  return fileRows(data, width, folder, `${name.replaceAll(/[^a-z]/g, '-')}.rows`)
}

/** A shard in the thread at the other end of `port`. */
function shardOver(port: MessagePort): Shard {
  const { ask } = lineOver(port)
  const say = (request: ShardRequest): Promise<unknown> => ask(request)
  return {
    look: (feeds) => say({ kind: 'look', feeds }) as ReturnType<Shard['look']>,
    learn: (shares) => say({ kind: 'learn', shares }) as ReturnType<Shard['learn']>,
  }
}
