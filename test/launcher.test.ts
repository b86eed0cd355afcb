import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const { engines, bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  engines: { node: string }
  bin: { steradian: string }
}
const needed = engines.node.replace('>=', '')

describe('the launcher', () => {
  let folder = ''
  const program = () => join(folder, 'dist/cli/main.js')
  /** Runs a copy of the launcher on a Node that says that it is `version`. */
  const start = (version: string) => {
    const preload = join(folder, 'preload.cjs')
    writeFileSync(
      preload,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`,
    )
    return spawnSync(process.execPath, ['--require', preload, join(folder, bin.steradian), 'a', 'b'], {
      encoding: 'utf8',
    })
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'steradian-launcher-'))
    cpSync(new URL('bin', root), join(folder, 'bin'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    mkdirSync(join(folder, 'dist/cli'), { recursive: true })
    writeFileSync(program(), 'console.log("started with", ...process.argv.slice(2))')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(['20.20.2', '22.11.9', '9.99.0'])('refuses Node %s in one line, with exit code 2', (version) => {
    const { status, stdout, stderr } = start(version)
    expect(stdout).toBe('')
    expect(stderr).toBe(
      `steradian: Node ${needed} or newer is needed (a clone brings its own: npx steradian …), got ${version}\n`,
    )
    expect(status).toBe(2)
  })

  it.each([`${needed}.0`, '23.0.0', '100.0.0'])(
    'starts the program on Node %s with its arguments',
    (version) => {
      const { status, stdout, stderr } = start(version)
      expect([status, stdout, stderr]).toEqual([0, 'started with a b\n', ''])
    },
  )

  it('says when the program was not compiled', () => {
    rmSync(program())
    const { status, stderr } = start(`${needed}.0`)
    expect(stderr).toBe('steradian: not compiled: npm run build makes dist/cli/main.js, which is missing\n')
    expect(status).toBe(2)
  })
})
