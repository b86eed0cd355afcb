import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { heapSettings } from '../src/cli/heap-settings.ts'
import type { Setup } from './setup.ts'

/** What a side says after a piece of work. */
export interface Measured {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

/** One side of a bench: a process of its own. */
export interface Side {
  /** From the start of the process until it was ready, in seconds. */
  readonly readySeconds: number
  /** When the process was started, as performance.now(). */
  readonly started: number
  work(count: number): Promise<Measured>
  close(): Promise<void>
}

const python = process.env.PYTHON ?? 'python3'
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Whether the interpreter of the rival has a module. */
export function hasModule(name: string): boolean {
  return spawnSync(python, ['-c', `import ${name}`]).status === 0
}

/** Starts our side, as `steradian train` would be started. */
export const startOurs = (setup: Setup): Promise<Side> =>
  start(process.execPath, ['--disable-warning=ExperimentalWarning', here('ours.ts'), JSON.stringify(setup)])

/** Starts the rival's side. */
export const startRival = (setup: Setup): Promise<Side> =>
  start(python, [here('rival.py'), JSON.stringify(setup)])

async function start(command: string, args: readonly string[]): Promise<Side> {
  const started = performance.now()
  const child: ChildProcess = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...heapSettings() },
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`bench: ${command} stopped before it answered`)
    return JSON.parse(value) as T
  }
  await answer()
  return {
    started,
    readySeconds: (performance.now() - started) / 1000,
    work: async (count) => {
      child.stdin!.write(`${count}\n`)
      return answer<Measured>()
    },
    close: async () => {
      child.stdin!.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
