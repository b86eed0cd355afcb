import { describe, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { renderFace } from './synthetic-face.ts'
import { syntheticFaces, syntheticFacesAsync } from './synthetic-faces.ts'
import { syntheticPerson } from './synthetic-person.ts'

const small = { people: 3, imagesPerPerson: 4, seed: 5, height: 28, width: 24 }

describe('syntheticFaces', () => {
  test('the same options give the same bytes, another seed gives others', () => {
    const first = syntheticFaces(small)
    expect(syntheticFaces(small)).toEqual(first)
    expect(syntheticFaces({ ...small, seed: 6 }).pixels).not.toEqual(first.pixels)
  })

  test('labels count the people from 0, person by person', () => {
    expect([...syntheticFaces(small).labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
  })

  test('picture [n] is renderFace of its person and image', () => {
    const { pixels } = syntheticFaces(small)
    const size = 28 * 24 * 3
    const face = renderFace(syntheticPerson(5, 2), { seed: 5, image: 1, height: 28, width: 24 })
    expect(pixels.subarray(9 * size, 10 * size)).toEqual(face)
  })

  test('firstPerson renders a later range of the same crowd, labelled from 0 again', () => {
    const all = syntheticFaces(small)
    const later = syntheticFaces({ ...small, people: 2, firstPerson: 1 })
    expect(later.pixels).toEqual(all.pixels.slice(4 * 28 * 24 * 3))
    expect([...later.labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })

  test('onProgress hears of every 32 images, and of the last', () => {
    const heard: [number, number][] = []
    const onProgress = (done: number, total: number): void => void heard.push([done, total])
    syntheticFaces({ ...small, people: 7, imagesPerPerson: 10, onProgress })
    expect(heard).toEqual([
      [32, 70],
      [64, 70],
      [70, 70],
    ])
  })

  test('the default size is 56 × 48', () => {
    const { height, width, pixels } = syntheticFaces({ people: 1, imagesPerPerson: 1 })
    expect([height, width, pixels.length]).toEqual([56, 48, 56 * 48 * 3])
  })

  test.each([
    ['people', 0],
    ['imagesPerPerson', 1.5],
    ['height', -1],
    ['width', Number.NaN],
    ['firstPerson', 0.5],
  ])('refuses %s of %d by name', (name, value) => {
    expect(() => syntheticFaces({ ...small, [name]: value })).toThrow(UsageError)
    expect(() => syntheticFaces({ ...small, [name]: value })).toThrow(
      `syntheticFaces: ${name} must be an integer of ${name === 'firstPerson' ? 0 : 1} or more, got ${value}`,
    )
  })
})

describe('syntheticFacesAsync', () => {
  test('gives the bytes of syntheticFaces and lets timers run meanwhile', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 0)
    const faces = await syntheticFacesAsync({ ...small, people: 20 })
    clearInterval(timer)
    expect(faces).toEqual(syntheticFaces({ ...small, people: 20 }))
    expect(ticks).toBeGreaterThan(1)
  })

  test('stops at the next 32 images when it is told to', async () => {
    const stop = new AbortController()
    let last = 0
    const faces = syntheticFacesAsync({
      ...{ ...small, people: 50, signal: stop.signal },
      onProgress: (done) => {
        last = done
        if (done === 64) stop.abort(new Error('enough'))
      },
    })
    await expect(faces).rejects.toThrow('enough')
    expect(last).toBe(64)
  })
})

describe('how hard the faces are', () => {
  /** The share of pairs that the best threshold on the cosine of raw pixels tells right: as many genuine as impostor. */
  function pixelAccuracy(difficulty: number): number {
    const [people, images, size] = [60, 8, 28 * 24 * 3]
    const { pixels } = syntheticFaces({ ...small, people, imagesPerPerson: images, difficulty })
    const unit = Array.from({ length: people * images }, (_, n) => {
      const x = Float64Array.from(pixels.subarray(n * size, (n + 1) * size), (value) => value - 127.5)
      const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))
      return x.map((value) => value / norm)
    })
    const cosine = (a: number, b: number): number => unit[a]!.reduce((sum, x, i) => sum + x * unit[b]![i]!, 0)
    const genuine: number[] = []
    const impostor: number[] = []
    for (let n = 0; n < people * images; n++) {
      const next = n % images === images - 1 ? n - images + 1 : n + 1
      genuine.push(cosine(n, next))
      impostor.push(cosine(n, (next + images) % (people * images)))
    }
    const above = (list: number[], t: number): number => list.filter((x) => x > t).length / list.length
    return Math.max(...genuine.map((t) => (above(genuine, t) + 1 - above(impostor, t)) / 2))
  }

  test('raw pixels tell people apart hardly better than chance at difficulty 1, and well at 0', () => {
    const hard = pixelAccuracy(1)
    expect(hard).toBeGreaterThan(0.53)
    expect(hard).toBeLessThan(0.68)
    expect(pixelAccuracy(0)).toBeGreaterThan(0.8)
  })
})
