import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { UsageError } from '../errors.ts'
import { serveLive } from './live/live-server.ts'
import { parsePort } from './live/port.ts'
import { runFolder } from './train/run-folder.ts'

/** Adds `steradian watch`. */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .description(
      'serve a page on this machine that shows runs as they train, or as they went, one over the other',
    )
    .argument('<runs...>', 'folders of runs')
    .option('--port <n>', 'port on 127.0.0.1 (default: one that is free)', (text) =>
      parsePort(text, '--port'),
    )
    .action(watchCommand)
}

async function watchCommand(folders: readonly string[], { port }: { readonly port?: number }): Promise<void> {
  for (const folder of folders)
    if (!existsSync(runFolder(folder).recipe))
      throw new UsageError(`watch: no run there (${runFolder(folder).recipe} is missing), got ${folder}`)
  const server = await serveLive(folders, port === undefined ? {} : { port })
  process.stdout.write(`${server.url}\n`)
  process.stderr.write('Ctrl-C ends it; the runs go on\n')
  // The server alone does not hold the process.
  const hold = setInterval(() => {}, 2 ** 30)
  await new Promise<void>((done) => {
    process.once('SIGINT', done)
    process.once('SIGTERM', done)
  })
  clearInterval(hold)
  await server.close()
}
