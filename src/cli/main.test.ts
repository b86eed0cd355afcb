import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('main.ts', import.meta.url))

describe('steradian', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'ends with code 2 and one line where what it prints finds the disk full (needs /dev/full)',
    () => {
      const full = openSync('/dev/full', 'w')
      const { status, stderr } = spawnSync(process.execPath, [program, 'losses'], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      })
      closeSync(full)
      expect([status, stderr]).toEqual([2, 'steradian: output cannot be written, the disk is full\n'])
    },
  )

  it('complains in one line, whatever a name of a file holds', () => {
    const words = [program, 'data', 'inspect', 'no\nsuch\u001b[31mfolder']
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    expect([status, stderr]).toEqual([2, 'steradian: no such [31mfolder: no such file or folder\n'])
  })
})
