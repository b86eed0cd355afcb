import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import { createRunFolder, isBarelyBegun, reopenRunFolder, runFolder } from './run-folder.ts'

let base = ''
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'run-folder-'))
})
afterEach(() => rm(base, { recursive: true }))
const put = (...parts: string[]): Promise<void> => writeFile(join(base, ...parts), 'x')

describe('createRunFolder(path)', () => {
  it('makes the folder with those above it, and names its files', async () => {
    const { discard: _, release, ...names } = await createRunFolder(join(base, 'a', 'b'))
    release()
    expect(await readdir(join(base, 'a', 'b'))).toEqual([])
    expect(names).toEqual(runFolder(join(base, 'a', 'b')))
    expect(names.checkpoint).toBe(join(base, 'a', 'b', 'checkpoint.bin'))
  })

  it('refuses a folder that holds anything, and a file', async () => {
    await put('file')
    await expect(createRunFolder(base)).rejects.toThrow(
      new UsageError(
        `--out: folder exists and is not empty (use --resume to go on, or another name), got ${base}`,
      ),
    )
    for (const path of [join(base, 'file'), join(base, 'file', 'x')])
      await expect(createRunFolder(path)).rejects.toThrow(
        new UsageError(`--out: is no folder, or lies below a file, got ${path}`),
      )
  })

  it('takes one that holds only what killed runs were writing, and nothing that looks like it', async () => {
    await mkdir(join(base, 'run'))
    await put('run', 'checkpoint.bin.tmp-12')
    await put('run', 'recipe.json.tmp-3')
    await put('run', 'run.lock.tmp-5')
    const { release } = await createRunFolder(join(base, 'run'))
    expect(await readdir(join(base, 'run'))).toEqual(['run.lock'])
    release()
    expect(await readdir(join(base, 'run'))).toEqual([])
    await put('run', 'notes.tmp-12')
    await expect(createRunFolder(join(base, 'run'))).rejects.toThrow(UsageError)
  })
})

describe('a run folder in use', () => {
  const refusal = (path: string): RegExp =>
    new RegExp(`^--out: process ${process.pid} on \\S+ works on this run since \\S+ .*, got ${path}$`)

  it('is refused to others, new or going on, until it is released or discarded', async () => {
    const path = join(base, 'run')
    for (const end of ['release', 'discard'] as const) {
      const open = await createRunFolder(path)
      await expect(createRunFolder(path)).rejects.toThrow(refusal(path))
      await expect(reopenRunFolder(path)).rejects.toThrow(refusal(path))
      await open[end]()
      await mkdir(path, { recursive: true })
      const again = await reopenRunFolder(path)
      await expect(createRunFolder(path)).rejects.toThrow(refusal(path))
      await expect(reopenRunFolder(path)).rejects.toThrow(refusal(path))
      // What is over stays over.
      await open[end]()
      expect(existsSync(join(path, 'run.lock'))).toBe(true)
      await again[end]()
      expect(existsSync(join(path, 'run.lock'))).toBe(false)
    }
  })

  it('keeps what its process is writing when another wants it', async () => {
    const { release } = await createRunFolder(base)
    await put('checkpoint.bin.tmp-12')
    await expect(reopenRunFolder(base)).rejects.toThrow(UsageError)
    await expect(createRunFolder(base)).rejects.toThrow(UsageError)
    expect((await readdir(base)).sort()).toEqual(['checkpoint.bin.tmp-12', 'run.lock'])
    release()
  })

  it('of several at once goes to one, and the others leave nothing', async () => {
    const path = join(base, 'a', 'run')
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => createRunFolder(path)))
    const won = tries.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(won).toHaveLength(1)
    expect(await readdir(path)).toEqual(['run.lock'])
    await won[0]!.discard()
    expect(await readdir(base)).toEqual([])
  })

  it('of a run that was killed is free', async () => {
    const path = join(base, 'run')
    await mkdir(path)
    const dead = { pid: process.pid, host: hostname(), since: '2020-01-01T00:00:00Z', birth: null }
    await writeFile(join(path, 'run.lock'), JSON.stringify(dead))
    expect(await isBarelyBegun(path)).toBe(true)
    await (await createRunFolder(path)).discard()
    expect(await readdir(path)).toEqual([])
  })
})

describe('discard()', () => {
  it('removes what the run made: its files, its folder, and those above that it made', async () => {
    await mkdir(join(base, 'there'))
    const { discard } = await createRunFolder(join(base, 'there', 'a', 'b'))
    for (const name of ['recipe.json', 'metrics.jsonl', 'checkpoint.bin.tmp-7'])
      await put('there', 'a', 'b', name)
    await discard()
    expect(await readdir(join(base, 'there'))).toEqual([])
    await discard()
  })

  it('leaves an empty folder that was there, and whatever else lies in one that was made', async () => {
    await mkdir(join(base, 'empty'))
    const empty = await createRunFolder(join(base, 'empty'))
    await put('empty', 'recipe.json')
    await empty.discard()
    expect(await readdir(join(base, 'empty'))).toEqual([])
    const made = await createRunFolder(join(base, 'made'))
    await put('made', 'notes.txt')
    await put('made', 'recipe.json')
    await made.discard()
    expect(await readdir(join(base, 'made'))).toEqual(['notes.txt'])
  })

  it('removes nothing where a checkpoint lies, or the run is one that goes on', async () => {
    const { discard } = await createRunFolder(join(base, 'run'))
    for (const name of ['recipe.json', 'checkpoint.bin']) await put('run', name)
    await discard()
    await (await reopenRunFolder(join(base, 'run'))).discard()
    expect((await readdir(join(base, 'run'))).sort()).toEqual(['checkpoint.bin', 'recipe.json'])
    await rm(join(base, 'run', 'checkpoint.bin'))
    await (await reopenRunFolder(join(base, 'run'))).discard()
    expect(existsSync(join(base, 'run', 'recipe.json'))).toBe(true)
  })
})

it('reopenRunFolder(path) removes what a killed run was writing, and nothing else', async () => {
  await put('model.onnx.tmp-99')
  await put('model.onnx')
  await put('model.onnx.tmp-')
  ;(await reopenRunFolder(base)).release()
  expect((await readdir(base)).sort()).toEqual(['model.onnx', 'model.onnx.tmp-'])
})

it('isBarelyBegun(path) holds for a folder that is empty or has only such files', async () => {
  expect(await isBarelyBegun(join(base, 'none'))).toBe(false)
  expect(await isBarelyBegun(base)).toBe(true)
  await put('recipe.json.tmp-99')
  expect(await isBarelyBegun(base)).toBe(true)
  await put('recipe.json')
  expect(await isBarelyBegun(base)).toBe(false)
})
