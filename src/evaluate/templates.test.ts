import { describe, expect, it } from 'vitest'
import { ijbTexts, pieces } from '../../test/evaluate/ijb-lists.ts'
import { literalTemplates } from '../../test/evaluate/ijb-literal.ts'
import { matrix } from '../math/matrix.ts'
import { readIjbFaces, readIjbImages } from './ijb-images.ts'
import { templateOrder, templatePool } from './templates.ts'

/** Template 10: two frames of medium 5 and a still of medium 3; template 4: one still. */
const list = 'a.jpg 10 5\nb.jpg 4 9\nc.jpg 10 3\nd.jpg 10 5\n'
const read = (text: string) => readIjbImages(pieces(text))
/** The rows of these features in the order of the pool. */
const ordered = (features: readonly (readonly number[])[], order: Int32Array) =>
  matrix(Float64Array.from([...order].flatMap((image) => features[image]!)), features[0]!.length)
const features = [
  [1, 0],
  [0, 2],
  [2, 2],
  [3, 4],
]

describe('templateOrder(images)', () => {
  it('goes template by template, medium by medium, and else as the list does', async () => {
    expect([...templateOrder(await read(list))]).toEqual([1, 2, 0, 3])
  })
})

describe('templatePool(images)', () => {
  it('takes the mean within each medium, the sum over media, and divides by the length', async () => {
    const images = await read(list)
    const pool = templatePool(images)
    pool.add(ordered(features, templateOrder(images)), templateOrder(images))
    const { features: rows, missing } = pool.finish()
    // Template 10: (2, 2) + ((1, 0) + (3, 4)) / 2 = (4, 4).
    expect([...rows.data]).toEqual([0, 1, 4 / Math.sqrt(32), 4 / Math.sqrt(32)])
    expect([...missing]).toEqual([0, 0])
  })

  it('multiplies features by weights and divides by the number of images, not by the sum of weights', async () => {
    const images = await read(list)
    const pool = templatePool(images, { weights: Float64Array.of(0.5, 1, 1, 0.25) })
    pool.add(ordered(features, templateOrder(images)), templateOrder(images))
    // (2, 2) + ((0.5, 0) + (0.75, 1)) / 2 = (2.625, 2.5).
    const length = Math.sqrt(2.625 ** 2 + 2.5 ** 2)
    expect([...pool.finish().features.data.slice(2)]).toEqual([2.625 / length, 2.5 / length])
  })

  it('divides the features of images by their lengths first where unit is set; zeros stay zeros', async () => {
    const images = await read('a 1 1\nb 1 2\nc 2 3\n')
    const pool = templatePool(images, { unit: true })
    pool.add(matrix(Float64Array.of(3, 0, 0, 0.5, 0, 0), 2), Int32Array.of(0, 1, 2))
    const { features: rows, missing } = pool.finish()
    expect([...rows.data]).toEqual([Math.SQRT1_2, Math.SQRT1_2, 0, 0].map((v) => expect.closeTo(v, 15)))
    // It has an image, so it is not missing.
    expect([...missing]).toEqual([0, 0])
  })

  it('leaves an image that is not added out of its mean, and marks templates without any', async () => {
    const images = await read(list)
    const pool = templatePool(images)
    pool.add(matrix(Float64Array.of(2, 2), 2), Int32Array.of(2))
    pool.add(matrix(Float64Array.of(3, 5), 2), Int32Array.of(3))
    const { features: rows, missing } = pool.finish()
    const length = Math.sqrt(25 + 49)
    expect([...rows.data]).toEqual([0, 0, 5 / length, 7 / length])
    expect([...missing]).toEqual([1, 0])
  })

  it('does not depend on the pieces in which features come, and equals the rules written down', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const texts = ijbTexts(seed, { people: 4, dimensions: 3 })
      const images = await read(texts.templates)
      const { scores: weights } = await readIjbFaces(pieces(texts.names), images.names)
      const order = templateOrder(images)
      const missing = seed % 3 === 0 ? [] : [...order.keys()].filter((i) => (i * 7 + seed) % 5 === 0)
      const present = order.filter((image) => !missing.includes(image))
      const pooled = [1, 3, 1000].map((size) => {
        const pool = templatePool(images, { ...(seed % 2 === 1 && { weights }) })
        for (let at = 0; at < present.length; at += size) {
          const some = present.slice(at, at + size)
          pool.add(ordered(texts.features, some), some)
        }
        return pool.finish()
      })
      const literal = literalTemplates(texts, texts.features, { weight: seed % 2 === 1, missing })
      for (const { features: rows, missing: without } of pooled) {
        const ids = [...images.templateIds].filter((_, row) => !without[row])
        expect(ids).toEqual(literal.map(({ id }) => id))
        const kept = [...images.templateIds.keys()].filter((row) => !without[row])
        expect(kept.map((row) => [...rows.data.slice(row * 3, row * 3 + 3)])).toEqual(
          literal.map(({ feature }) => feature),
        )
      }
    }
  })

  it('refuses features that are no finite numbers by the name of their image', async () => {
    const pool = templatePool(await read(list))
    expect(() => pool.add(matrix(Float64Array.of(1, Number.NaN), 2), Int32Array.of(1))).toThrow(
      'b.jpg: expected finite features, got NaN',
    )
  })

  it('refuses a template whose length is beyond float64, by its number', async () => {
    const pool = templatePool(await read(list))
    pool.add(matrix(Float64Array.of(1e200, 0), 2), Int32Array.of(1))
    expect(() => pool.finish()).toThrow('template 4: expected a finite length, got Infinity')
  })

  it('refuses another order, another number of columns, and other numbers of rows', async () => {
    const images = await read(list)
    const one = matrix(Float64Array.of(1, 2), 2)
    const pool = templatePool(images)
    pool.add(one, Int32Array.of(2))
    expect(() => pool.add(one, Int32Array.of(1))).toThrow(
      'templates: expected images in the order of templates, got 1 after 2',
    )
    expect(() => pool.add(one, Int32Array.of(2))).toThrow('got 2 after 2')
    expect(() => pool.add(matrix(Float64Array.of(1), 1), Int32Array.of(0))).toThrow(
      'templates: expected features of 2 numbers, got 1',
    )
    expect(() => pool.add(one, Int32Array.of(0, 3))).toThrow(
      'templates: expected features of 2 images, got 1',
    )
  })
})
