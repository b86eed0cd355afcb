import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { closedMessage } from '../../runtime/node-messages.ts'
import { openThread } from '../../runtime/node-thread.ts'
import type { TensorData } from '../../runtime/session.ts'
import type { Step } from '../step.ts'
import { ordered, type Stepper, type StepperOptions } from '../stepper.ts'
import { classTensors } from './head.ts'
import { planOf } from './head-plan.ts'
import type { HeadRequest, HeadStart } from './head-worker.ts'
import type { ShardPlan } from './shard.ts'
import type { RowsRequest, ShardStart } from './shard-worker.ts'

/** Numbers of a piece of state that is handed on. */
const pieceNumbers = 2 ** 24

/** State that has numbers for each class, and how many a class has. */
interface PerClass {
  readonly data: Float32Array<ArrayBuffer>
  readonly width: number
}

/** What has numbers for each class lies beside the sessions: in the thread of the step, or with a chunked head in shards. */
export async function openHead(
  step: Step,
  { head, options, threads, lowering, seed, firstState }: StepperOptions,
): Promise<Stepper> {
  const { plan, shards: plans, layouts } = planOf(step, { head, options, threads, lowering, seed })
  const widths = classTensors(options, step.feature.shape[1]!)
  for (const name of widths.keys())
    if (layouts.has(name)) throw new Error(`train: rows of ${name} must stay rows`)
  const state = await firstState(layouts)
  const shapes = new Map(Object.entries(state).map(([name, { shape }]) => [name, shape]))
  const perClass: Record<string, PerClass> = {}
  for (const [name, { data }] of Object.entries(state)) {
    const width = widths.get(name)
    if (width === undefined) continue
    perClass[name] = { data: data as Float32Array<ArrayBuffer>, width }
    delete state[name]
  }
  const folder = head.kind === 'dense' ? undefined : head.folder
  const shards = await openShards(plans, { perClass, folder })
  const start: Omit<HeadStart, 'gate'> = {
    ...{ plan, threads, state, perClass, folder },
    shards: shards.map(({ port }) => port),
  }
  const { opened, ask, failed, close } = await openThread<{ readonly version: string }>(
    worker('head-worker'),
    start,
    [
      ...Object.values(state).map(({ data }) => data.buffer as ArrayBuffer),
      ...Object.values(perClass).map(({ data }) => data.buffer),
      ...start.shards,
    ],
  ).catch(async (error: unknown) => {
    await Promise.all(shards.map((shard) => shard.close()))
    throw error
  })
  const say = (request: HeadRequest): Promise<unknown> => ask(request)
  const gone = Promise.race([failed, ...shards.map((shard) => shard.failed)])
  gone.catch(() => {})
  const holders: readonly Holder[] = shards.length > 0 ? shards : [{ count: options.classes, ask }]
  const stepper: Stepper = {
    version: opened.version,
    step: (feeds, at) =>
      say({ kind: 'step', feeds, at }).catch((error: unknown) => {
        // Of a shard that is gone the thread of the step knows no more than this; the reason is on its way here.
        if (error instanceof Error && error.message === closedMessage) return gone
        throw error
      }) as Promise<Record<string, TensorData>>,
    close: async () => {
      await Promise.all([close(), ...shards.map((shard) => shard.close())])
    },
    async *tensors() {
      for (const { name } of step.state) {
        const width = widths.get(name)
        if (width === undefined) {
          const data = (await say({ kind: 'read', name })) as Float32Array
          yield [name, ordered(data, shapes.get(name)!, layouts.get(name))]
          continue
        }
        const atATime = Math.max(1, Math.floor(pieceNumbers / width))
        for (const { count: all, ask: askFor } of holders)
          for (let first = 0; first < all; first += atATime) {
            const count = Math.min(atATime, all - first)
            yield [
              name,
              (await askFor({ kind: 'rows', name, first, count } satisfies RowsRequest)) as Float32Array,
            ]
          }
      }
    },
  }
  return stepper
}

/** Who holds the rows of the next `count` classes. */
interface Holder {
  readonly count: number
  ask(request: RowsRequest): Promise<unknown>
}

const worker = (name: string): URL =>
  new URL(import.meta.url.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, import.meta.url)

interface OpenShard extends Holder {
  /** The end of the line to it that is for the thread of the step. */
  readonly port: MessagePort
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Starts the threads of a chunked head, each with its own classes of `perClass`, of which nothing is left. */
async function openShards(
  plans: readonly ShardPlan[],
  { perClass, folder }: { readonly perClass: Record<string, PerClass>; readonly folder: string | undefined },
): Promise<OpenShard[]> {
  if (plans.length === 0) return []
  const counts = plans.map(({ sizes }) => sizes.reduce((n, size) => n + size, 0))
  const own = plans.map((): Record<string, PerClass> => ({}))
  for (const [name, { data, width }] of Object.entries(perClass)) {
    delete perClass[name]
    if (plans.length === 1) {
      own[0]![name] = { data, width }
      continue
    }
    for (const [k, { first }] of plans.entries())
      own[k]![name] = { data: data.slice(first * width, (first + counts[k]!) * width), width }
    // Freed at once: what has numbers for each class may be most of what there is.
    data.buffer.transfer(0)
  }
  const opening = plans.map(async (plan, k) => {
    const { port1: itsPort, port2: port } = new MessageChannel()
    const start: Omit<ShardStart, 'gate'> = { plan, perClass: own[k]!, folder, port: itsPort }
    const buffers = Object.values(own[k]!).map(({ data }) => data.buffer)
    const { ask, failed, close } = await openThread(worker('shard-worker'), start, [...buffers, itsPort])
    return { count: counts[k]!, port, ask, failed, close }
  })
  const opened = await Promise.allSettled(opening)
  const failed = opened.find(({ status }) => status === 'rejected')
  if (!failed) return Promise.all(opening)
  for (const one of opened) if (one.status === 'fulfilled') await one.value.close()
  throw (failed as PromiseRejectedResult).reason
}
