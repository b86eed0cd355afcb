import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { registerCompare } from './compare.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steradian-compare-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function makeRun(name: string, result?: Record<string, unknown>): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, 'lfw'), { recursive: true })
  await writeFile(join(path, 'recipe.json'), JSON.stringify({ images: 'somewhere/people' }))
  if (result) await writeFile(join(path, 'lfw', 'result.json'), JSON.stringify(result))
  return path
}

async function compare(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((piece) => {
      said[stream] += String(piece)
      return true
    }),
  )
  const program = new Command().exitOverride()
  registerCompare(program)
  await program.parseAsync(['compare', ...args], { from: 'user' }).finally(() => {
    for (const spy of spies) spy.mockRestore()
  })
  return said
}

const lfw = {
  protocol: 'lfw',
  accuracy: 0.8,
  standardError: 0.01,
  folds: new Array(10).fill(0.8),
  pairs: 6000,
}

it('compare without runs prints what was published', async () => {
  const { stdout } = await compare()
  expect(stdout).toMatch(/^LMCL +99\.33 +96\.1 +77\.11 +89\.88$/m)
  expect(stdout).toMatch(/^FaceNet +99\.63 +95\.1 +200 M images of 8 M people \(Schroff et al\. 2015/m)
  expect(stdout).not.toContain('ours')
})

it('compare RUN puts its number below, with what it was made with and what differs at the end of the row', async () => {
  const [run, bare] = [await makeRun('proved', lfw), await makeRun('bare')]
  const { stdout, stderr } = await compare(run, bare)
  expect(stdout).toMatch(
    /^ours: proved +80\.00 ± 1\.00 +– +– +– {2}LMCL .*differs: other data; another network/m,
  )
  expect(stdout).not.toContain('ours: bare')
  expect(stderr).toBe(
    'bare: has no number for these tables (LFW, YTF, MegaFace with 1,000,000 distractors)\n',
  )
})

it('compare --json prints one object, each number of ours with its run', async () => {
  const { stdout } = await compare(await makeRun('json', lfw), '--json')
  const { tables } = JSON.parse(stdout)
  expect(tables).toHaveLength(6)
  expect(tables[0].rows.at(-1)).toMatchObject({
    run: 'json',
    values: [{ value: 80, error: 1 }, null, null, null],
  })
})
