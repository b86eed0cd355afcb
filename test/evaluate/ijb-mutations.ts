import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerEvaluate } from '../../src/cli/evaluate.ts'
import { DataError, UsageError } from '../../src/errors.ts'
import { type Random, rng } from '../../src/math/rng.ts'
import { runCommand } from '../embed/run-command.ts'
import { writeIjb } from './ijb-folder.ts'
import { ijbTexts } from './ijb-lists.ts'

/** What came of running mutated files: how many were taken and refused, and whatever was neither. */
export interface MutationOutcome {
  readonly taken: number
  readonly refused: number
  readonly wrong: readonly string[]
}

/**
 * Runs `steradian evaluate ijbb` `count` times, each time with one of its files changed at random: a list, the features or
 * the part of a shard. Each run must end with a result or with one line that names what is wrong.
 */
export async function ijbMutations(seed: number, count: number): Promise<MutationOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'ijb-mutations-'))
  try {
    const lists = await writeIjb(folder, ijbTexts(1, { people: 6 }))
    const words = [...lists, '--weight', 'detection', '--json']
    const run = (...given: string[]) => runCommand(registerEvaluate, 'evaluate', ...given)
    const part = join(folder, 'part')
    const pairs = [...lists, '--protocol', '1:1', '--shard', '1/1', '--out', part]
    await run('ijbb', ...pairs)
    const files = ['templates', 'names', 'pairs', 'gallery1', 'gallery2', 'probes', 'features.npy', 'part']
    const whole = new Map(
      await Promise.all(files.map(async (name) => [name, await readFile(join(folder, name))] as const)),
    )
    let [taken, refused] = [0, 0]
    const wrong: string[] = []
    for (let i = 0; i < count; i++) {
      const random = rng(seed, i)
      const name = files[i % files.length]!
      await writeFile(join(folder, name), mutated(whole.get(name)!, random))
      const { error, stdout } =
        name === 'part' ? await run('merge', part, '--json') : await run('ijbb', ...words)
      await writeFile(join(folder, name), whole.get(name)!)
      if (error === undefined) {
        taken++
        if (JSON.parse(stdout).protocol !== 'ijbb') wrong.push(`${i} ${name}: ${stdout.slice(0, 100)}`)
      } else {
        refused++
        const known = error instanceof DataError || error instanceof UsageError
        if (!known || /[\n\r]/.test(error.message) || error.message.length > 400 || stdout !== '')
          wrong.push(`${i} ${name}: ${error.name} ${error.message} ${error.stack}`)
      }
    }
    return { taken, refused, wrong }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Bytes with one change after which they often still make sense: a digit, a whole line gone or doubled. */
function gentle(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = Uint8Array.from(bytes)
  if (random.below(2) === 0) {
    const digits = [...changed.keys()].filter((i) => changed[i]! >= 48 && changed[i]! <= 57)
    if (digits.length > 0) changed[digits[random.below(digits.length)]!] = 48 + random.below(10)
    return changed
  }
  const lines = new TextDecoder('latin1').decode(changed).split('\n')
  const at = random.below(lines.length)
  lines.splice(at, 1, ...(random.below(2) === 0 ? [] : [lines[at]!, lines[at]!]))
  return Buffer.from(lines.join('\n'), 'latin1')
}

/** Bytes with one to three changes: a byte, a stretch gone, doubled or overwritten, a number made large, the end cut off. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.below(2) === 0) return gentle(bytes, random)
  let changed = Uint8Array.from(bytes)
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(changed.length || 1)
    const length = 1 + random.below(random.below(4) === 0 ? 200 : 8)
    const [before, stretch, after] = [
      changed.subarray(0, at),
      changed.subarray(at, at + length),
      changed.subarray(at + length),
    ]
    const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
    const text = (letters: string) => new TextEncoder().encode(letters)
    const kinds = [
      () => join(before, Uint8Array.of(random.below(256)), after),
      () => join(before, after),
      () => join(before, stretch, stretch, after),
      () =>
        join(
          before,
          Uint8Array.from(stretch, () => random.below(256)),
          after,
        ),
      () =>
        join(
          before,
          text(
            ['99999999999', '-1', '0', '1e308', 'NaN', ' ', '\n', ',', '"', '\r', '\t'][random.below(11)]!,
          ),
          after,
        ),
      () => join(before),
      () => join(stretch, changed),
    ]
    changed = kinds[random.below(kinds.length)]!()
  }
  return changed
}
