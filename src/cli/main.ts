#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import {
  DataError,
  fileProblem,
  NumericError,
  ShapeError,
  StoppedError,
  shown,
  UsageError,
} from '../errors.ts'
import { registerCommands } from './commands.ts'
import { endWithParent } from './end-with-parent.ts'
import { settleHeap } from './heap-settings.ts'
import { version } from './version.ts'

/** Builds the command line. */
async function commandLine(): Promise<Command> {
  const program = new Command('steradian')
    .description('Open-set recognition on the hypersphere: train, prove, use.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
  await registerCommands(program, process.argv[2])
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program)
  return program
}

/** A complaint of the option parser as this program writes its own. */
const oneLine = (text: string): string =>
  text.replace(/^error: /, 'steradian: ').replace(/\n\(Did you mean/, ' (did you mean')

/** One line, whatever names of a user's files are in it. */
const complain = (message: string): void =>
  void process.stderr.write(`steradian: ${shown(message, { longest: 10_000 })}\n`)

/** What is printed may go to a full disk, or to a program that has read enough. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  complain(`output cannot be written, ${fileProblem(error)}`)
  process.exit(2)
})

async function main(): Promise<void> {
  try {
    await (await commandLine()).parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
    } else if (error instanceof UsageError || error instanceof DataError || error instanceof ShapeError) {
      complain(error.message)
      process.exitCode = 2
    } else if (error instanceof NumericError) {
      complain(error.message)
      process.exitCode = 1
    } else if (error instanceof StoppedError) {
      complain(error.message)
      process.exitCode = 130
    } else throw error
  }
}

if (['train', 'demo'].includes(process.argv[2] ?? '')) settleHeap()
endWithParent()
await main()
