import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { renderFace } from './synthetic-face.ts'
import { syntheticPerson } from './synthetic-person.ts'

const size = { height: 56, width: 48 }
const bytes = 56 * 48 * 3

/** The mean absolute difference in grey levels. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length
}

describe('renderFace', () => {
  test('gives the same bytes again, whatever was rendered in between', () => {
    const person = syntheticPerson(0, 3)
    const first = renderFace(person, { seed: 0, image: 5, ...size })
    renderFace(syntheticPerson(9, 4), { seed: 1, image: 0, height: 20, width: 30 })
    expect(renderFace(syntheticPerson(0, 3), { seed: 0, image: 5, ...size })).toEqual(first)
  })

  test('another image, seed or person gives a clearly different picture', () => {
    const at = (person: number, seed: number, image: number): Uint8Array =>
      renderFace(syntheticPerson(0, person), { seed, image, ...size })
    for (let image = 0; image < 20; image++) {
      const picture = at(1, 0, image)
      expect(difference(picture, at(1, 0, image + 20))).toBeGreaterThan(10)
      expect(difference(picture, at(1, 1, image))).toBeGreaterThan(10)
      expect(difference(picture, at(2, 0, image))).toBeGreaterThan(10)
    }
  })

  test('sets every pixel of its place in `out` and no byte beside it', () => {
    fc.assert(
      fc.property(fc.nat(999), fc.nat(999), fc.nat(40), (person, image, offset) => {
        const options = { seed: 0, image, height: 19, width: 17 }
        const expected = renderFace(syntheticPerson(0, person), options)
        for (const filling of [0, 255]) {
          const out = new Uint8Array(offset + 19 * 17 * 3 + 5).fill(filling)
          expect(renderFace(syntheticPerson(0, person), options, out, offset)).toBe(out)
          expect(out.subarray(offset, -5)).toEqual(expected)
          expect([...out.subarray(0, offset), ...out.subarray(-5)].every((x) => x === filling)).toBe(true)
        }
      }),
      { seed: 1, numRuns: 40 },
    )
  })

  test('draws at any size and difficulty, with dark and light in the picture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(500),
        fc.double({ min: 0, max: 4, noNaN: true }),
        (height, width, person, difficulty) => {
          const options = { seed: 2, image: 1, height, width, difficulty }
          const picture = renderFace(syntheticPerson(2, person), options)
          expect(picture.length).toBe(height * width * 3)
          if (height * width > 200) expect(new Set(picture).size).toBeGreaterThan(20)
        },
      ),
      { seed: 1, numRuns: 100 },
    )
  })

  test('at difficulty 0 the middle of the face is the same in all images', () => {
    const person = syntheticPerson(0, 0)
    expect(person.glasses.worn).toBe(0)
    const middleOf = (image: number): Uint8Array => {
      const picture = renderFace(person, { seed: 0, image, ...size, difficulty: 0 })
      return picture.filter((_, i) => {
        const [x, y] = [Math.floor(i / 3) % 48, Math.floor(i / 144)]
        return x > 12 && x < 36 && y > 15 && y < 50
      })
    }
    expect(middleOf(1)).toEqual(middleOf(0))
    expect(middleOf(2)).toEqual(middleOf(0))
  })

  test('images of a person spread more the higher the difficulty', () => {
    const spread = (difficulty: number): number => {
      let sum = 0
      for (let person = 0; person < 15; person++) {
        const at = (image: number): Uint8Array =>
          renderFace(syntheticPerson(0, person), { seed: 0, image, ...size, difficulty })
        for (let image = 0; image < 6; image += 2) sum += difference(at(image), at(image + 1))
      }
      return sum / 45
    }
    const [none, half, full, double] = [spread(0), spread(0.5), spread(1), spread(2)] as const
    expect(half).toBeGreaterThan(1.3 * none)
    expect(full).toBeGreaterThan(1.1 * half)
    expect(double).toBeGreaterThan(1.1 * full)
  })

  test('eyes are darker than the skin below them, at the places of the alignment', () => {
    let found = 0
    for (let person = 0; person < 60; person++) {
      const options = { seed: 0, image: 0, height: 112, width: 96, difficulty: 0 }
      const picture = renderFace(syntheticPerson(0, person), options)
      const grey = (x: number, y: number): number => {
        let sum = 0
        for (let dy = -2; dy <= 2; dy++) {
          for (let dx = -2; dx <= 2; dx++) sum += picture[((y + dy) * 96 + x + dx) * 3 + 1]!
        }
        return sum / 25
      }
      if (grey(30, 52) < grey(30, 66) && grey(65, 52) < grey(65, 66)) found++
    }
    expect(found).toBeGreaterThan(50)
  })

  test.each([
    [{ height: 0 }, 'renderFace: height and width must be integers of 1 or more, got 0 × 48'],
    [{ width: 1.5 }, 'renderFace: height and width must be integers of 1 or more, got 56 × 1.5'],
    [{ image: -1 }, 'renderFace: image must be an integer of 0 or more, got -1'],
    [{ difficulty: -0.5 }, 'renderFace: difficulty must be a number of 0 or more, got -0.5'],
    [{ difficulty: Number.NaN }, 'renderFace: difficulty must be a number of 0 or more, got NaN'],
  ])('refuses %o', (wrong, message) => {
    const render = (): Uint8Array =>
      renderFace(syntheticPerson(0, 0), { seed: 0, image: 0, ...size, ...wrong })
    expect(render).toThrow(UsageError)
    expect(render).toThrow(message)
  })

  test('refuses an `out` that is too small', () => {
    const render = (): Uint8Array =>
      renderFace(syntheticPerson(0, 0), { seed: 0, image: 0, ...size }, new Uint8Array(bytes + 9), 10)
    expect(render).toThrow(`renderFace: expected room for ${bytes} bytes at 10, got ${bytes + 9}`)
  })
})
