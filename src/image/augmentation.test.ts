import { describe, expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import {
  type Augmentation,
  applyChange,
  type Change,
  changesAnything,
  drawChange,
  noAugmentation,
} from './augmentation.ts'

const all: Augmentation = {
  ...{ rotation: 10, zoom: 0.06, shift: 0.05, crop: 0.2, brightness: 0.3, contrast: 0.2, saturation: 0.4 },
  ...{ colour: 0.1, grey: 0.2, blur: 0.3, blurSigma: 2, lowResolution: 0.25, lowResolutionScale: 0.4 },
  ...{ occlusion: 0.35, occlusionArea: 0.15, jpeg: 0.15, jpegQuality: 30 },
}
const draws = (strengths: Partial<Augmentation>, count = 4000): Change[] =>
  Array.from({ length: count }, (_, i) => drawChange(rng(3, i), strengths))
const numbers = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined)
const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const
const size = { height: 28, width: 24 }
const noise = (): Uint8Array => {
  const random = rng(1)
  return Uint8Array.from({ length: 28 * 24 * 3 }, () => random.below(256))
}

describe('drawChange', () => {
  test('draws nothing where every strength is 0', () => {
    expect(draws({}, 50).every((change) => Object.keys(change).length === 0)).toBe(true)
    expect(changesAnything({})).toBe(false)
    expect(changesAnything(noAugmentation)).toBe(false)
    for (const name of Object.keys(all) as (keyof Augmentation)[]) {
      // Sizes say how far, not whether.
      const isSize = ['blurSigma', 'lowResolutionScale', 'occlusionArea', 'jpegQuality'].includes(name)
      expect([name, changesAnything({ [name]: all[name] })]).toEqual([name, !isSize])
    }
  })

  test('is a pure function of the stream', () => {
    expect(draws(all, 20)).toEqual(draws(all, 20))
    expect(drawChange(rng(4), all)).not.toEqual(drawChange(rng(5), all))
  })

  test('a strength that is set changes nothing of what the others do', () => {
    const alone: [keyof Change, Partial<Augmentation>][] = [
      ['occluder', { occlusion: all.occlusion, occlusionArea: all.occlusionArea }],
      ['blur', { blur: all.blur, blurSigma: all.blurSigma }],
      ['lowResolution', { lowResolution: all.lowResolution, lowResolutionScale: all.lowResolutionScale }],
      ['jpeg', { jpeg: all.jpeg, jpegQuality: all.jpegQuality }],
    ]
    const together = draws(all, 200)
    for (const [name, strengths] of alone)
      expect(draws(strengths, 200).map((change) => change[name])).toEqual(
        together.map((change) => change[name]),
      )
    const angles = (changes: readonly Change[]) => changes.map(({ jitter }) => jitter?.angle)
    expect(angles(draws({ rotation: 10 }, 200))).toEqual(angles(together))
  })

  test('goes as far as the strengths say, both ways, and no farther', () => {
    const jitters = numbers(draws({ ...all, crop: 0 }).map(({ jitter }) => jitter))
    const near = (values: readonly number[], low: number, high: number): void => {
      const [least, most] = range(values)
      expect(least).toBeGreaterThanOrEqual(low - 1e-9)
      expect(most).toBeLessThanOrEqual(high + 1e-9)
      expect(least).toBeLessThan(low + 0.01 * (high - low))
      expect(most).toBeGreaterThan(high - 0.01 * (high - low))
    }
    near(
      jitters.map(({ angle }) => (angle * 180) / Math.PI),
      -10,
      10,
    )
    near(
      jitters.map(({ zoom }) => zoom),
      0.94,
      1.06,
    )
    near(
      jitters.map(({ x }) => x),
      -0.05,
      0.05,
    )
    near(
      jitters.map(({ y }) => y),
      -0.05,
      0.05,
    )
    const changes = draws(all)
    const occluders = numbers(changes.map(({ occluder }) => occluder))
    near(
      occluders.map(({ area }) => area),
      0,
      0.15,
    )
    near(
      occluders.map(({ aspect }) => Math.log(aspect)),
      -Math.log(3),
      Math.log(3),
    )
    near(numbers(changes.map(({ blur }) => blur)), 0, 2)
    near(numbers(changes.map(({ lowResolution }) => lowResolution)), 0.4, 1)
    expect(range(numbers(changes.map(({ jpeg }) => jpeg)))).toEqual([30, 95])
  })

  test('a crop stays within the picture: what it cuts is enlarged away, up to its share', () => {
    const jitters = numbers(draws({ crop: 0.4 }).map(({ jitter }) => jitter))
    for (const { zoom, x, y } of jitters) {
      expect(zoom).toBeGreaterThanOrEqual(1)
      expect(zoom).toBeLessThanOrEqual(1 / 0.6)
      const cut = 1 - 1 / zoom
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(cut / 2 + 1e-12)
    }
    expect(Math.max(...jitters.map(({ zoom }) => zoom))).toBeGreaterThan(1.6)
  })

  test('things happen as often as their probabilities say', () => {
    const changes = draws(all)
    const share = (happens: (change: Change) => boolean): number =>
      changes.filter(happens).length / changes.length
    // Standard deviation at most 0.008.
    const near = (value: number, wanted: number) => expect(Math.abs(value - wanted)).toBeLessThan(0.035)
    near(
      share(({ occluder }) => occluder !== undefined),
      0.35,
    )
    near(
      share(({ blur }) => blur !== undefined),
      0.3,
    )
    near(
      share(({ lowResolution }) => lowResolution !== undefined),
      0.25,
    )
    near(
      share(({ jpeg }) => jpeg !== undefined),
      0.15,
    )
    const isGrey = ({ jitter }: Change): boolean => {
      const m = jitter?.colours
      return m !== undefined && m[0] === m[4] && m[0] === m[8] && m[1] === m[5]
    }
    near(share(isGrey), 0.2)
    expect(draws({ grey: 1 }, 20).every(isGrey)).toBe(true)
  })

  test('draws are pinned, so that a run can be continued by a later version', () => {
    const { jitter, ...others } = drawChange(rng(1, 2), {
      ...all,
      occlusion: 1,
      blur: 1,
      lowResolution: 1,
      jpeg: 1,
    })
    expect(others).toMatchInlineSnapshot(`
      {
        "blur": 1.9998082453384995,
        "jpeg": 63,
        "lowResolution": 0.6702759755309671,
        "occluder": {
          "area": 0.06233530228491872,
          "aspect": 0.5160954147103167,
          "colour": [
            65,
            164,
            244,
          ],
          "x": 0.9813965724315494,
          "y": 0.9522050805389881,
        },
      }
    `)
    expect({
      ...jitter,
      colours: Array.from(jitter!.colours, (v) => Number(v.toFixed(6))).join(' '),
    }).toMatchInlineSnapshot(`
      {
        "angle": -0.06130487939493373,
        "colours": "0.642642 0.067435 0.013096 3.994877 0.038188 0.751237 0.01456 4.441283 0.034413 0.06756 0.62254 4.002273",
        "x": 0.02021159338749431,
        "y": 0.07319797704964168,
        "zoom": 1.0996038712742795,
      }
    `)
  })
})

describe('applyChange', () => {
  test('gives the same picture for the same numbers, another for others, and leaves the neighbours alone', () => {
    const changed = (i: number): Uint8Array => {
      const pixels = new Uint8Array(28 * 24 * 3 + 20).fill(5)
      pixels.set(noise(), 10)
      applyChange(
        pixels,
        size,
        drawChange(rng(2, i), { ...all, occlusion: 1, blur: 1, lowResolution: 1, jpeg: 1 }),
        10,
      )
      return pixels
    }
    expect(changed(1)).toEqual(changed(1))
    expect(changed(1)).not.toEqual(changed(2))
    expect([...changed(1).subarray(0, 10), ...changed(1).subarray(-10)]).toEqual(new Array(20).fill(5))
  })

  test('a blur is as wide for any size, measured in heights', () => {
    const spread = (height: number): number => {
      // Black to the left, white to the right: how many pixels lie between.
      const pixels = Uint8Array.from({ length: height * height * 3 }, (_, i) =>
        Math.floor(i / 3) % height < height / 2 ? 0 : 255,
      )
      applyChange(pixels, { height, width: height }, { blur: 8 })
      const row = pixels.subarray(0, 3 * height)
      return row.filter((value, i) => i % 3 === 0 && value > 32 && value < 223).length / height
    }
    expect(spread(112)).toBeGreaterThan(0.1)
    expect(Math.abs(spread(112) - spread(56))).toBeLessThan(0.03)
  })

  test('nothing is done where nothing was drawn, and a picture that does not fit is refused', () => {
    const pixels = noise()
    applyChange(pixels, size, {})
    expect(pixels).toEqual(noise())
    expect(() => applyChange(pixels, size, { jpeg: 50 }, 1)).toThrow(ShapeError)
  })
})
