import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tiny } from '../../../test/cli/pictures.ts'
import { base, images, nextRun, out, placesForRuns, train } from '../../../test/cli/train-runs.ts'
import { UsageError } from '../../errors.ts'

placesForRuns()

const usual = (): string[] => [...tiny, '--images', images, '--out', out, '--schedule', 'constant']
const chunked = ['--head', 'chunked']
const sampled = ['--head', 'sampled', '--sample-ratio', '0.75', '--batch', '2']
const model = (): Promise<Buffer> => readFile(join(out, 'model.onnx'))

describe('steradian train --head', () => {
  it.each([
    ['chunked', chunked],
    ['sampled', sampled],
    ['chunked, in a file', [...chunked, '--head-storage', 'file']],
    ['sampled, in a file', [...sampled, '--head-storage', 'file']],
  ])('goes on where it stopped, and gives the model of an uninterrupted run: %s', async (_, words) => {
    expect((await train(...usual(), ...words, '--steps', '5')).error).toBeUndefined()
    const whole = await model()
    expect((await readdir(out)).filter((name) => name.endsWith('.rows'))).toEqual([])
    nextRun()
    await train(...usual(), ...words, '--steps', '2')
    const recipe = JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8'))
    await writeFile(join(out, 'recipe.json'), JSON.stringify({ ...recipe, steps: 5 }))
    expect((await train('--resume', '--out', out)).error).toBeUndefined()
    expect(await model()).toEqual(whole)
  })

  it('does not go on with another head, by its recipe or by a checkpoint', async () => {
    await train(...usual(), ...chunked, '--steps', '2')
    expect((await train('--resume', '--out', out, '--head', 'dense')).error).toEqual(
      new UsageError('--resume: the run was started with head "chunked", got it with head "dense"'),
    )
    const path = join(out, 'recipe.json')
    const recipe = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...recipe, head: 'sampled', steps: 4 }))
    const { error } = await train('--resume', '--out', out)
    expect(String(error)).toContain(
      `${path}: head was "chunked" when the checkpoint of step 2 was made, got "sampled"`,
    )
  })

  it.each([
    [
      ['--head', 'chunkd'],
      'train: head must be one of dense, chunked, sampled (did you mean chunked?), got chunkd',
    ],
    [['--sample-ratio', '0'], 'train: sampleRatio: too small: expected number to be >0, got 0'],
    [['--head-storage', 'file'], 'train: headStorage file needs head chunked or sampled, got head dense'],
    [
      [...chunked, '--loss', 'curricularface'],
      'head: chunked needs a loss that looks at each class for itself, sampled and dense take any, got curricularface',
    ],
    [
      [...sampled, '--loss', 'contrastive'],
      'head: only a loss with prototypes has classes to go through, got sampled',
    ],
  ])('says what it cannot do, and leaves nothing: %s', async (words, message) => {
    expect((await train(...usual(), ...words, '--steps', '1')).error).toEqual(new UsageError(message))
    expect((await readdir(base)).includes(out.slice(base.length + 1))).toBe(false)
  })
})
