import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const settings = new URL('./heap-settings.ts', import.meta.url).href

/** What a process sees of its heap's settings and arguments after it settled its heap. */
function settled(env: Record<string, string>): { tunables: string | null; argument: string } {
  const folder = mkdtempSync(join(tmpdir(), 'steradian-heap-'))
  const script = join(folder, 'script.mjs')
  writeFileSync(
    script,
    `import { settleHeap } from ${JSON.stringify(settings)}
settleHeap()
console.log(JSON.stringify({ tunables: process.env.GLIBC_TUNABLES ?? null, argument: process.argv[2] }))`,
  )
  const { GLIBC_TUNABLES: _, ...inherited } = process.env
  const { stdout } = spawnSync(process.execPath, [script, 'kept'], {
    env: { ...inherited, ...env },
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  return JSON.parse(stdout)
}

const isGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header

it.skipIf(!isGlibc)(
  'settleHeap begins the process anew with huge pages, its arguments kept (glibc only)',
  () => {
    const { tunables, argument } = settled({})
    expect(tunables).toContain('glibc.malloc.hugetlb=1')
    expect(argument).toBe('kept')
  },
)

it('settleHeap leaves what somebody chose', () => {
  expect(settled({ GLIBC_TUNABLES: 'glibc.malloc.perturb=0' })).toEqual({
    tunables: 'glibc.malloc.perturb=0',
    argument: 'kept',
  })
})
