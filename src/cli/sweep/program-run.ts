import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DataError, fileProblem } from '../../errors.ts'
import { endsWithParent } from '../end-with-parent.ts'

/** How a run of this program in a process of its own ended. */
export interface ProgramRun {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  /** What it said last on standard error, without the program's name. */
  readonly lastLine: string
}

const main = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url),
)

/**
 * Runs `steradian words…` in a process of its own, as a user would; what it says goes to the end of the file `log`. When
 * `signal` stops it, it is asked to save and end, as by Ctrl-C. It ends with this process, even with one that is killed.
 * @throws DataError when the log cannot be written
 */
export async function runProgram(
  words: readonly string[],
  { log, signal }: { readonly log: string; readonly signal?: AbortSignal },
): Promise<ProgramRun> {
  let file: number
  try {
    file = openSync(log, 'a')
  } catch (error) {
    throw new DataError(`${log}: cannot be written, ${fileProblem(error)}`)
  }
  const child = spawn(process.execPath, [...process.execArgv, main, ...words], {
    stdio: ['pipe', 'pipe', file],
    env: { ...process.env, ...endsWithParent },
  })
  closeSync(file)
  let stdout = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const stop = (): void => void child.kill('SIGINT')
  const end = (): void => void child.kill('SIGTERM')
  signal?.addEventListener('abort', stop)
  process.on('exit', end)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
      if (signal?.aborted) stop()
    })
    return { code, stdout, lastLine: lastLineOf(log) }
  } finally {
    signal?.removeEventListener('abort', stop)
    process.off('exit', end)
  }
}

/** The last line that holds anything. */
function lastLineOf(path: string): string {
  const lines = readFileSync(path, 'utf8').split(/[\r\n]+/)
  const last = lines.findLast((line) => line.trim() !== '') ?? ''
  return last.replace(/^steradian: /, '')
}
