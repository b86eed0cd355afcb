/**
 * Makes the pictures of docs/gallery.md again by running the lines that stand there.
 *
 *     npx node docs/gallery.ts            # all of them
 *     npx node docs/gallery.ts psi bounds # some
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const wanted = process.argv.slice(2)
const lines =
  readFileSync(new URL('gallery.md', import.meta.url), 'utf8').match(/^npx steradian figure .+$/gm) ?? []
for (const line of lines) {
  const words = line.split(' ').slice(2)
  if (wanted.length > 0 && !wanted.includes(words[1]!)) continue
  process.stdout.write(`${line}\n`)
  const { status } = spawnSync(process.execPath, ['src/cli/main.ts', ...words], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
