import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { base, images, nextRun, out, placesForRuns, train } from '../../../test/cli/train-runs.ts'
import { UsageError } from '../../errors.ts'

placesForRuns()

const usual = (): string[] => [...tiny, '--images', images, '--out', out]
const pk = ['--sampler', 'pk', '--images-per-person', '2']

describe('steradian train --sampler', () => {
  it.each([['balanced'], ['pk']])('%s goes on with the batches of an uninterrupted run', async (name) => {
    const words = () => [
      ...usual(),
      ...['--sampler', name, '--images-per-person', '2', '--schedule', 'constant', '--steps'],
    ]
    const model = () => readFile(join(out, 'model.onnx'))
    expect((await train(...words(), '7')).error).toBeUndefined()
    const whole = await model()
    nextRun()
    await train(...words(), '3')
    const recipe = JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8'))
    await writeFile(join(out, 'recipe.json'), JSON.stringify({ ...recipe, steps: 7 }))
    expect((await train('--resume', '--out', out)).error).toBeUndefined()
    expect(await model()).toEqual(whole)
  })

  it('gives each sampler other batches', async () => {
    const models: string[] = []
    for (const words of [[], ['--sampler', 'balanced'], pk]) {
      nextRun()
      const { error } = await train(...usual(), ...words, '--steps', '2')
      expect(error).toBeUndefined()
      models.push((await readFile(join(out, 'model.onnx'))).toString('base64'))
    }
    expect(new Set(models).size).toBe(3)
  })

  it.each([
    [
      ['--images-per-person', '1'],
      'sampler pk: imagesPerPerson must be a whole number of at least 2 (one image has nothing to be compared with; balanced takes one a person), got 1',
    ],
    [['--images-per-person', '3'], 'sampler pk: a batch must be a multiple of imagesPerPerson (3), got 4'],
    [
      ['--images-per-person', '2', '--batch', '10'],
      'sampler pk: a batch of 10 with 2 images a person needs 5 people, got 4',
    ],
  ])('pk refuses %s', async (words, line) => {
    const { error } = await train(...usual(), '--sampler', 'pk', ...words)
    expect(error).toEqual(new UsageError(line))
  })

  it('pk refuses people with one image each, and names the first five of some', async () => {
    const single = join(base, 'single')
    await writePeople(single, { each: 1 })
    const { error } = await train(...tiny, '--images', single, '--out', out, ...pk)
    expect(error).toEqual(
      new UsageError('sampler pk: expected people with 2 or more images, got 4 people with one image each'),
    )
    const some = join(base, 'some')
    await writePeople(some, { each: 3 })
    await rm(join(some, 'bob', '1.png'))
    await rm(join(some, 'bob', '2.png'))
    await rm(join(some, 'joe', '2.png'))
    const four = ['--sampler', 'pk', '--images-per-person', '4', '--steps', '1']
    const { stderr } = await train(...tiny, '--images', some, '--out', out, ...four)
    expect(stderr).toContain(
      'warning: sampler pk: of 1 people there is one image, which is compared with itself; --min-images 2 leaves them out: bob\n' +
        'warning: sampler pk: of 3 people there are fewer than 4 images, a batch shows some twice: ann, eve, joe\n',
    )
  })
})
