import { describe, expect, test } from 'vitest'
import { rng } from '../math/index.ts'
import { turned } from './ball.ts'
import { type SpherePanel, sphereFigure } from './sphere-figure.ts'
import { turningFigure } from './sphere-script.ts'

const angles = {
  within: Float64Array.of(3, 1, 0, 0, 0, 0),
  between: Float64Array.of(0, 0, 2, 2, 2, 0),
  binDegrees: 30,
  largestWithin: 41.25,
  smallestBetween: 62.5,
  within99: 40,
  between1: 65,
}

/** Points round the axes, a class an axis, longer and shorter than 1. */
function around(dimensions: 2 | 3, count: number, spread = 0.15): SpherePanel {
  const random = rng(4, dimensions)
  const labels = Array.from({ length: count }, (_, i) => i % dimensions)
  const features = labels.flatMap((label) => {
    const length = 1 + 9 * random.uniform()
    return Array.from(
      { length: dimensions },
      (_, k) => length * ((k === label ? 1 : 0) + spread * random.normal()),
    )
  })
  return {
    title: `${dimensions} numbers`,
    features,
    labels,
    prototypes: Array.from({ length: dimensions ** 2 }, (_, i) => (i % (dimensions + 1) === 0 ? 2 : 0)),
    dimensions,
    classNames: ['a', 'b', 'c'].slice(0, dimensions),
    angles,
  }
}

describe('sphereFigure(panels)', () => {
  test('writes the criterion under each picture and says in words whether it is met', () => {
    const worse = { ...around(2, 6), title: 'worse', angles: { ...angles, largestWithin: 70 } }
    const svg = sphereFigure([around(2, 6), worse])
    expect(svg).toContain('>within: largest 41.3°, 99 % below 40.0°</text>')
    expect(svg).toContain('>between: smallest 62.5°, 99 % above 65.0°</text>')
    expect(svg).toContain(
      '2 numbers: 6 points of 2 classes; the largest angle within a class is 41.3°, the smallest between two 62.5°: the criterion is met.',
    )
    expect(svg).toMatch(/worse: .* the criterion is not met\./)
  })

  test('puts a point of the plane at its direction, whatever its length', () => {
    const panel = { ...around(2, 1), features: [0, 25], labels: [0] }
    // Up is −y; the radius is 0.35 of 232.
    expect(sphereFigure([panel])).toContain('d="M0,-81.2h0"')
  })

  test('draws what is on the far side of the sphere faint', () => {
    const towards = [
      turned([1, 0, 0], { yaw: -30, pitch: 22 })[2],
      turned([0, 1, 0], { yaw: -30, pitch: 22 })[2],
    ]
    expect(towards.map(Math.sign)).toEqual([1, -1])
    const panel = { ...around(3, 1), features: [1, 0, 0, 0, 1, 0], labels: [0, 1], prototypes: [] }
    const svg = sphereFigure([panel])
    const of = (part: string) =>
      [...svg.matchAll(new RegExp(`data-part="${part}" d="([^"]*)"`, 'g'))].map((m) => m[1])
    expect(of('near').map(Boolean)).toEqual([true, false, false])
    expect(of('far').map(Boolean)).toEqual([false, true, false])
  })

  test('leaves out what has no direction and says so', () => {
    const panel = { ...around(2, 3), features: [1, 0, 0, 0, Number.NaN, 1], labels: [0, 1, 1] }
    const svg = sphereFigure([panel])
    expect(svg).toContain('1 points of 2 classes')
    expect(svg).toContain('2 points without a direction are left out.')
    expect(svg).not.toContain('NaN')
  })

  test.each([0, 1, 2, 10_000])('draws %i points', (count) => {
    const none = { ...angles, largestWithin: Number.NaN, within99: Number.NaN }
    for (const dimensions of [2, 3] as const) {
      const svg = sphereFigure([{ ...around(dimensions, count), ...(count < 3 && { angles: none }) }])
      // Points that fall on one tenth of a pixel are one.
      const drawn = svg.match(/h0/g)?.length ?? 0
      expect(drawn).toBeLessThanOrEqual(count)
      expect(drawn).toBeGreaterThanOrEqual(Math.min(count, 1000))
      expect(svg.length).toBeLessThan(200_000)
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  test('escapes the names of classes and losses', () => {
    const svg = sphereFigure([{ ...around(2, 2), title: '<b>', classNames: ['<i>', '&'] }])
    expect(svg).not.toMatch(/<[bi]>/)
    expect(svg).toContain('&lt;i&gt;')
  })

  test('refuses other than two and three dimensions', () => {
    expect(() => sphereFigure([{ ...around(3, 3), dimensions: 4 }])).toThrow(
      'sphere figure: expected 2 or 3 dimensions, got 4',
    )
  })

  test('looks like the pictures in the gallery', async () => {
    await expect(sphereFigure([around(2, 60)])).toMatchFileSnapshot('gallery/sphere-circle.svg')
    await expect(sphereFigure([around(3, 90)])).toMatchFileSnapshot('gallery/sphere.svg')
  })
})

describe('turningFigure(svg, panels)', () => {
  test('gives each sphere a name and a place among the keys, and its points to the script', () => {
    const panel = { ...around(3, 2), title: 'a "b" <c>', features: [3, 0, 0, 0, 0, 0.5], labels: [0, 2] }
    const page = turningFigure(sphereFigure([panel]), [panel])
    expect(page).toContain(
      'tabindex="0" role="application" aria-label="a b c: a sphere that the arrow keys turn"',
    )
    expect(page).toContain('"points":[[[1,0,0]],[],[[0,0,1]]]')
    expect(page).not.toContain('role="img"')
  })
})
