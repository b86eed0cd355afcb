import { Command } from 'commander'
import { vi } from 'vitest'

/** What a command did. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** What it threw, as the program would print it. */
  readonly error: Error | undefined
  readonly exitCode: number
}

/** Runs a command in this process as the program would, with what it prints caught. */
export async function runCommand(register: (program: Command) => void, ...words: string[]): Promise<Ran> {
  let [stdout, stderr] = ['', '']
  const program = new Command('steradian').exitOverride().configureOutput({ writeErr: () => {} })
  register(program)
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += text
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr += text
      return true
    }),
  ]
  const before = process.exitCode
  process.exitCode = 0
  let error: Error | undefined
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (thrown) {
    error = thrown as Error
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  const exitCode = Number(process.exitCode)
  process.exitCode = before
  return { stdout, stderr, error, exitCode }
}
