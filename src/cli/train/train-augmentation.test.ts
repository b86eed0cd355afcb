import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tiny } from '../../../test/cli/pictures.ts'
import { base, images, nextRun, out, placesForRuns, train } from '../../../test/cli/train-runs.ts'

placesForRuns()

const model = () => readFile(join(out, 'model.onnx'))
const strong = {
  ...{ rotation: 20, zoom: 0.1, shift: 0.1, crop: 0.2, brightness: 0.3, contrast: 0.3, saturation: 0.3 },
  ...{ colour: 0.1, grey: 0.2, blur: 0.5, lowResolution: 0.5, occlusion: 0.5, jpeg: 0.5 },
}

describe('steradian train with augmentation', () => {
  it('takes the strengths from a recipe, keeps them, and goes on as an uninterrupted run', async () => {
    const file = join(base, 'strong.json')
    await writeFile(file, JSON.stringify(strong))
    const words = (steps: string) => [
      ...[...tiny, '--images', images, '--out', out, '--recipe', file, '--schedule', 'constant'],
      ...['--steps', steps],
    ]
    expect((await train(...words('6'))).error).toBeUndefined()
    const whole = await model()
    nextRun()
    await train(...words('3'))
    const recipe = JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8'))
    expect(recipe).toMatchObject({ ...strong, blurSigma: 2, jpegQuality: 20 })
    await writeFile(join(out, 'recipe.json'), JSON.stringify({ ...recipe, steps: 6 }))
    expect((await train('--resume', '--out', out)).error).toBeUndefined()
    expect(await model()).toEqual(whole)
    nextRun()
    await train(...tiny, '--images', images, '--out', out, '--schedule', 'constant', '--steps', '6')
    expect(await model()).not.toEqual(whole)
  })

  it.each([
    [['--rotation', '181'], /^train: rotation: .*, got 181$/],
    [['--zoom', '0.95'], /^train: zoom: .*, got 0.95$/],
    [['--grey', '1.1'], /^train: grey: .*, got 1.1$/],
    [['--blur', '-0.1'], /^train: blur: .*, got -0.1$/],
    [['--blur-sigma', '0'], /^train: blurSigma: .*, got 0$/],
    [['--low-resolution-scale', '0'], /^train: lowResolutionScale: .*, got 0$/],
    [['--jpeg-quality', '96'], /^train: jpegQuality: .*, got 96$/],
    [['--occlusion', 'often'], /^--occlusion: must be a number, got often$/],
  ])('refuses %s in one line', async (words, line) => {
    const { error } = await train(...tiny, '--images', images, '--out', out, ...words)
    expect(error?.message).toMatch(line)
  })
})
