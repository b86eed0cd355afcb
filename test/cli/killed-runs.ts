import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { rng } from '../../src/math/rng.ts'
import { type Ended, start, until } from './steradian.ts'

/** The files that must not know of interruptions. */
export const outcome = async (out: string): Promise<Record<string, Buffer>> =>
  Object.fromEntries(
    await Promise.all(
      ['model.onnx', 'metrics.jsonl', 'recipe.json'].map(
        async (name) => [name, await readFile(join(out, name))] as const,
      ),
    ),
  )

/**
 * Starts the program and kills it with `kill -9` at the `count`-th thing that happens in the run's folder (a file made,
 * written, renamed), be that in the midst of a checkpoint; unless it ends before.
 */
export async function killedAt(words: readonly string[], out: string, count: number): Promise<Ended> {
  const { child, ended } = start(words)
  let over = false
  void ended.then(() => {
    over = true
  })
  let happened = 0
  let watcher: ReturnType<typeof watch> | undefined
  await until(() => {
    try {
      watcher ??= watch(out, () => {
        if (++happened === count) child.kill('SIGKILL')
      })
    } catch {
      // Not there yet.
    }
    return watcher !== undefined || over
  }, 'the folder of the run')
  const result = await ended
  watcher?.close()
  return result
}

/**
 * Begins a run, kills it `kills` times at moments drawn from `seed`, resuming it each time, and lets it end at last.
 * Gives the number of times it was killed in the midst.
 */
export async function runWithKills(
  words: readonly string[],
  { out, kills, seed }: { readonly out: string; readonly kills: number; readonly seed: number },
): Promise<number> {
  const random = rng(seed)
  let killed = 0
  for (let i = 0; i < kills; i++) {
    const command = [...words, '--out', out, ...(i === 0 ? [] : ['--resume'])]
    const { signal, code, stderr } = await killedAt(command, out, 1 + random.below(i === 0 ? 40 : 24))
    if (signal === 'SIGKILL') killed++
    else expect(code, stderr).toBe(0)
  }
  const { code, stderr } = await start([...words, '--out', out, '--resume']).ended
  expect(code, stderr).toBe(0)
  return killed
}
