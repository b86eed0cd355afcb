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

  test('onProgress hears of every person, the last time with all images done', () => {
    const heard: [number, number][] = []
    syntheticFaces({ ...small, onProgress: (done, total) => heard.push([done, total]) })
    expect(heard).toEqual([
      [4, 12],
      [8, 12],
      [12, 12],
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
  ])('refuses %s of %d by name', (name, value) => {
    expect(() => syntheticFaces({ ...small, [name]: value })).toThrow(UsageError)
    expect(() => syntheticFaces({ ...small, [name]: value })).toThrow(
      `syntheticFaces: ${name} must be an integer of 1 or more, got ${value}`,
    )
  })
})

describe('syntheticFacesAsync', () => {
  test('gives the bytes of syntheticFaces and lets timers run meanwhile', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 0)
    const faces = await syntheticFacesAsync({ ...small, people: 12 })
    clearInterval(timer)
    expect(faces).toEqual(syntheticFaces({ ...small, people: 12 }))
    expect(ticks).toBeGreaterThan(1)
  })
})
