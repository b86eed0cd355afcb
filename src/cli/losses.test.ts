import { describe, expect, it } from 'vitest'
import { runCommand } from '../../test/embed/run-command.ts'
import { UsageError } from '../errors.ts'
import { losses } from '../losses/index.ts'
import { registerLosses } from './losses.ts'
import { recipeOptions } from './train/recipe-settings.ts'

const run = (...words: string[]) => runCommand(registerLosses, 'losses', ...words)

describe('steradian losses', () => {
  it('says of a loss its names, equation and paper, and of each option what it does, its range, default and published value', async () => {
    const { stdout } = await run('lmcl')
    expect(stdout.split('\n\n')[0]).toBe(
      [
        'lmcl (cosface, am-softmax): Large margin cosine loss (LMCL, CosFace)',
        '  target s(cosθ_y − m), others s·cosθ_j',
        '  Wang et al. 2018, eq. 4',
        '  --margin <a number from 0 to 2> (0.35, as published): m, which is taken from the cosine to the own class',
        '  --margin-ramp <a whole number not below 0> (0, none published): steps over which the margin grows from 0 to m; 0 starts with m',
        '  --scale <a number above 0> (64, as published): s, the length that normalised features are given',
        '  --normalise-features <true or false> (true, as published): bring features to length s; otherwise they keep their own, ‖x‖',
      ].join('\n'),
    )
    expect(stdout).toContain('\n\nany loss with prototypes besides:\n  --center <')
  })

  it('lists all, by every name, and the terms once', async () => {
    const { stdout } = await run()
    for (const { name } of losses) expect(stdout).toMatch(new RegExp(`^${name}( \\(.*\\))?: `, 'm'))
    expect(stdout.match(/--center </g)).toHaveLength(1)
    expect((await run('CosFace')).stdout).toBe((await run('lmcl')).stdout)
    expect((await run('triplet')).stdout).not.toContain('besides')
  })

  it('prints the same as one JSON object, whose flags are those of train', async () => {
    const facts = JSON.parse((await run('--json')).stdout)
    expect(facts.losses.map(({ name }: { name: string }) => name)).toEqual(losses.map(({ name }) => name))
    const flags = new Set(recipeOptions().map(({ name }) => name))
    for (const { options } of [...facts.losses, { options: facts.terms }])
      for (const { name, default: usual, range, doc } of options) {
        expect(flags).toContain(name)
        expect([usual, range, doc]).not.toContain(undefined)
      }
    expect(facts.losses.find(({ name }: { name: string }) => name === 'contrastive')).toMatchObject({
      paper: { authors: 'Hadsell et al.', year: 2006, equation: '4' },
      options: [
        { name: 'margin', flag: '--margin', default: 1, published: 1, range: 'a number above 0' },
        {},
      ],
      ...{ takesTerms: false, usesPrototypes: false, prototypesPerClass: 1, comparesPairs: true },
    })
  })

  it('refuses an unknown name with the nearest', async () => {
    expect((await run('magfase')).error).toEqual(
      new UsageError('loss: unknown name, did you mean magface? got magfase'),
    )
  })
})
