import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { outcome, runWithKills } from '../../../test/cli/killed-runs.ts'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { steradian } from '../../../test/cli/steradian.ts'

let base = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'killed-'))
  await writePeople(join(base, 'people'))
}, 120_000)
afterAll(() => rm(base, { recursive: true }))

it.each([
  ['softmax', ['--bias', 'true']],
  ['a-softmax', ['--form', 'renormalised', '--lambda-run', '28000']],
  ['lmcl', ['--margin-ramp', '20', '--scale', '10', '--schedule', 'cosine', '--warm-up', '5']],
])(
  'kill -9 at ten moments, then --resume, gives the files of an uninterrupted run: %s',
  async (loss, options) => {
    const words = ['train', ...tiny, '--images', join(base, 'people'), '--loss', loss, ...options]
    words.push('--steps', '60', '--checkpoint-every', '3')
    const whole = join(base, `${loss}-whole`)
    expect((await steradian(...words, '--out', whole)).code).toBe(0)
    const out = join(base, loss)
    const killed = await runWithKills(words, { out, kills: 10, seed: loss.length })
    expect(killed).toBeGreaterThan(4)
    expect(await outcome(out)).toEqual(await outcome(whole))
  },
)
