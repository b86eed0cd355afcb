import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError } from '../../errors.ts'
import { openMetrics } from './metrics-log.ts'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'))
  path = join(folder, 'metrics.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))
const text = (): Promise<string> => readFile(path, 'utf8')
const line = (step: number): { step: number; loss: number } => ({ step, loss: 1 / step })

describe('openMetrics(path)', () => {
  it('begins with an empty file and appends a line a step in JSON', async () => {
    const log = await openMetrics(path, { step: 0 })
    expect(log.before).toEqual([])
    expect(await text()).toBe('')
    log.add(line(1))
    log.add(line(3))
    await log.flush()
    expect(await text()).toBe('{"step":1,"loss":1}\n{"step":3,"loss":0.3333333333333333}\n')
    expect(await readdir(folder)).toEqual(['metrics.jsonl'])
  })

  it('lets others look at the steps done, some twenty at a time', async () => {
    const log = await openMetrics(path, { step: 0 })
    for (let step = 1; step <= 45; step++) log.add(line(step))
    expect((await text()).trimEnd().split('\n')).toHaveLength(40)
    await log.flush()
    await log.flush()
    expect((await text()).trimEnd().split('\n')).toHaveLength(45)
  })

  it('goes on behind a step: later lines, one cut short and what is no line are dropped', async () => {
    const first = await openMetrics(path, { step: 0 })
    for (let step = 1; step <= 5; step++) first.add(line(step))
    await first.flush()
    await appendFile(path, '\nnull\n7\n{"loss":1}\n{"step":6,"lo')
    const log = await openMetrics(path, { step: 3 })
    expect(log.before).toEqual([line(1), line(2), line(3)])
    log.add(line(4))
    await log.flush()
    expect(
      (await text())
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each)),
    ).toEqual([1, 2, 3, 4].map(line))
  })

  it('keeps numbers to the bit', async () => {
    const odd = { step: 1, loss: 0.1 + 0.2, 'only.reported': 1e-320, λ: -0.5 }
    const first = await openMetrics(path, { step: 0 })
    first.add(odd)
    await first.flush()
    const before = await text()
    expect((await openMetrics(path, { step: 1 })).before).toEqual([odd])
    expect(await text()).toBe(before)
  })

  it('that cannot be written says why, when lines are added or flushed', async () => {
    const log = await openMetrics(path, { step: 0 })
    await rm(folder, { recursive: true })
    const add = (): void => {
      for (let step = 1; step <= 20; step++) log.add(line(step))
    }
    expect(add).toThrow(new DataError(`${path}: cannot be written, no such file or folder`))
    log.add(line(1))
    await expect(log.flush()).rejects.toThrow(
      new DataError(`${path}: cannot be written, no such file or folder`),
    )
    await expect(openMetrics(path, { step: 0 })).rejects.toThrow(DataError)
    folder = await mkdtemp(join(tmpdir(), 'metrics-'))
    await expect(openMetrics(folder, { step: 0 })).rejects.toThrow(
      new DataError(`${folder}: cannot be read, expected a file, got a folder`),
    )
  })

  it('refuses no line for lack of an end of line', async () => {
    await writeFile(path, '{"step":1,"loss":2}')
    expect((await openMetrics(path, { step: 9 })).before).toEqual([{ step: 1, loss: 2 }])
  })
})
