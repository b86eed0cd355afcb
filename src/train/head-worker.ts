/** The thread of a step whose prototypes lie outside its graph: it holds them, and the sessions that work on some at a time. */
import { workerData } from 'node:worker_threads'
import { hash32 } from '../math/hash.ts'
import { rng } from '../math/rng.ts'
import { type Gate, passGate } from '../runtime/node-gate.ts'
import { createInlineSession, type InlineSession } from '../runtime/node-inline.ts'
import { serveThread } from '../runtime/node-serve.ts'
import { nextName, type TensorData } from '../runtime/session.ts'
import { chunkedRun } from './chunked-run.ts'
import type { HeadPlan, HeadRun, Model, Run } from './head-run.ts'
import { fileRows, memoryPieces, memoryRows, type Rows } from './rows.ts'
import { sampledRun } from './sampled-run.ts'

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
  | { readonly kind: 'rows'; readonly name: string; readonly first: number; readonly count: number }

const { plan, threads, state, perClass, folder, gate } = workerData as HeadStart

class Closed extends Error {}

/** A model whose outputs lie in arrays of its own, made once: a fresh one at each run would be faulted in anew. */
async function openModel(bytes: Uint8Array): Promise<Model> {
  const session: InlineSession | null = await passGate(gate, () =>
    createInlineSession(bytes, { threads, pattern: false, spin: plan.kind === 'sampled' }),
  )
  if (!session) throw new Closed('the session is closed')
  const outputs: Record<string, TensorData> = {}
  for (const { name, type, shape } of session.outputs) outputs[name] = empty(type, shape as readonly number[])
  return {
    outputs,
    inputs: session.inputs.map(({ name }) => name),
    version: session.version,
    run: async (given, into = outputs) => {
      const feeds: Record<string, TensorData> = {}
      for (const { name } of session.inputs) {
        const value = given(name)
        if (!value) throw new Error(`head: nothing is fed to ${name}`)
        feeds[name] = value
      }
      const ran = await passGate(gate, async () => {
        await session.run(feeds, into)
        return true
      })
      if (!ran) throw new Closed('the session is closed')
    },
    release: () => session.release(),
  }
}

function empty(type: string, shape: readonly number[]): TensorData {
  const count = shape.reduce((n, size) => n * size, 1)
  if (type === 'float32') return { type, shape, data: new Float32Array(count) }
  if (type === 'int32') return { type, shape, data: new Int32Array(count) }
  if (type === 'bool' || type === 'uint8') return { type, shape, data: new Uint8Array(count) }
  throw new Error(`head: no output of type ${type} is expected`)
}

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
  const inFile = (name: string, { data, width }: { data: Float32Array; width: number }) => {
    const opened = fileRows(data, width, folder!, `${name.replaceAll(/[^a-z]/g, '-')}.rows`)
    // What is in a file now need not stay in memory.
    delete perClass[name]
    return opened
  }
  const each = <R>(
    open: (name: string, rows: { readonly data: Float32Array; readonly width: number }) => R,
  ): Map<string, R> => new Map(Object.entries(perClass).map(([name, rows]) => [name, open(name, rows)]))
  if (plan.kind === 'chunked') {
    const rows = each((name, given) =>
      folder === undefined ? memoryPieces(given.data, given.width, plan.sizes[0]!) : inFile(name, given),
    )
    return { ...(await chunkedRun(plan, { run, rows, openModel })), rows }
  }
  const rows = each((name, given) =>
    folder === undefined ? memoryRows(given.data, given.width) : inFile(name, given),
  )
  const randomAt = (at: number) => rng(plan.seed, hash32('head.sample'), at)
  return { ...(await sampledRun(plan, { run, rows, openModel, randomAt })), rows }
}
