import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scratchFolder } from './megaface-scratch.ts'

let base: string
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'scratch-'))
})
afterAll(() => rm(base, { recursive: true }))

it('scratchFolder makes a folder beside the cache when it is asked for, and removes it', async () => {
  const scratch = scratchFolder({ cache: at('cache/embeddings') })
  expect(existsSync(at('cache'))).toBe(false)
  const path = await scratch.open()
  expect(await scratch.open()).toBe(path)
  await writeFile(join(path, 'rows'), 'numbers')
  await scratch.clear()
  expect(existsSync(join(path, 'rows'))).toBe(false)
  expect(existsSync(path)).toBe(true)
  await scratch.remove()
  expect(await readdir(at('cache'))).toEqual([])
})

it('scratchFolder is gone when the process leaves at once', async () => {
  const module = new URL('./megaface-scratch.ts', import.meta.url).href
  const program = `
    import { writeFileSync } from 'node:fs'
    import { scratchFolder } from '${module}'
    const path = await scratchFolder({ cache: ${JSON.stringify(at('left/embeddings'))} }).open()
    writeFileSync(path + '/rows.f32', 'numbers')
    process.exit(130)`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program])
  expect(status).toBe(130)
  expect(await readdir(at('left'))).toEqual([])
})

it('scratchFolder removes those of killed processes, and no other', async () => {
  const holder = (pid: number) =>
    JSON.stringify({ pid, host: hostname(), since: new Date().toISOString(), birth: null })
  const folders = { 'megaface-dead': 2 ** 22 + 1, 'megaface-live': process.pid, other: 2 ** 22 + 1 }
  for (const [name, pid] of Object.entries(folders)) {
    await mkdir(at(`shared/${name}`), { recursive: true })
    await writeFile(at(`shared/${name}/run.lock`), holder(pid))
  }
  await mkdir(at('shared/megaface-unlocked'))
  const scratch = scratchFolder({ cache: at('shared/embeddings') })
  await scratch.open()
  await scratch.remove()
  expect((await readdir(at('shared'))).sort()).toEqual(['megaface-live', 'megaface-unlocked', 'other'])
})
