import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { v8Flags } from '../v8-flags.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A run of the program in a process of its own. */
export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has written to stderr so far. */
  stderr(): string
}

/** Starts the program as a user does, with the Node that runs the tests. */
export function start(
  words: readonly string[],
  { uid }: { readonly uid?: number | undefined } = {},
): Started {
  const child = spawn(process.execPath, [...v8Flags, main, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ended, stderr: () => stderr }
}

/** Runs the program to its end. */
export const steradian = (...words: readonly string[]): Promise<Ended> => start(words).ended

/** Waits until `condition` holds; fails after a minute. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited a minute for ${what}`)
    await new Promise((done) => setTimeout(done, 5))
  }
}
