import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openSetSplit } from './open-set-split.ts'

/** People with 1 to 5 images each, in mixed order. */
const crowd = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 40 })
  .chain((sizes) =>
    fc.shuffledSubarray(
      sizes.flatMap((size, person) => new Array<number>(size).fill(person)),
      { minLength: sizes.reduce((a, b) => a + b) },
    ),
  )
  .map((people) => Int32Array.from(people))
const options = fc.record({
  galleryImages: fc.integer({ min: 1, max: 3 }),
  strangers: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  seed: fc.integer({ min: 0, max: 1000 }),
})

describe('openSetSplit(people, index)', () => {
  test('deals each person once: enrolled or a stranger, in one half', () => {
    fc.assert(
      fc.property(crowd, options, fc.integer({ min: 0, max: 20 }), (people, given, index) => {
        const split = openSetSplit(people, index, given)
        const count = new Set(people).size
        const strangers = Math.min(count - 2, Math.max(2, Math.round(given.strangers * count)))
        expect(split.enrolled).toHaveLength(count - strangers)
        expect(new Set(split.enrolled).size).toBe(count - strangers)
        const enrolledToChoose = new Set(split.enrolled.subarray(0, split.enrolledToChoose))
        expect(split.enrolledToChoose).toBe(Math.ceil((count - strangers) / 2))
        const halfOf = new Map<number, number>()
        for (const [s, image] of split.probes.entries()) {
          const person = people[image]!
          const mate = split.mates[s]!
          expect(split.enrolled.indexOf(person)).toBe(mate)
          if (mate >= 0) expect(split.halves[s]).toBe(enrolledToChoose.has(person) ? 0 : 1)
          expect(halfOf.get(person) ?? split.halves[s]).toBe(split.halves[s])
          halfOf.set(person, split.halves[s]!)
        }
        const strangerHalves = [...halfOf].filter(([person]) => !split.enrolled.includes(person))
        expect(strangerHalves).toHaveLength(strangers)
        expect(strangerHalves.filter(([, half]) => half === 0)).toHaveLength(Math.ceil(strangers / 2))
      }),
      { seed: 1 },
    )
  })

  test('uses each image once: in the gallery, up to as many as asked, or as a search', () => {
    fc.assert(
      fc.property(crowd, options, (people, given) => {
        const { enrolled, galleryImages, probes } = openSetSplit(people, 0, given)
        for (const [g, images] of galleryImages.entries()) {
          const own = people.filter((person) => person === enrolled[g]).length
          expect(images).toHaveLength(Math.min(own, given.galleryImages))
          for (const image of images) expect(people[image]).toBe(enrolled[g])
        }
        const used = [...galleryImages.flatMap((images) => [...images]), ...probes]
        expect(used.sort((a, b) => a - b)).toEqual([...people.keys()])
      }),
      { seed: 1 },
    )
  })

  test('is a pure function of people, options and index', () => {
    const people = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3))
    expect(openSetSplit(people, 2, { seed: 5 })).toEqual(openSetSplit(people, 2, { seed: 5 }))
    const others = [openSetSplit(people, 3, { seed: 5 }), openSetSplit(people, 2, { seed: 6 })]
    for (const other of others) expect(other).not.toEqual(openSetSplit(people, 2, { seed: 5 }))
  })

  test('leaves out missing images and moves nobody for them', () => {
    fc.assert(
      fc.property(crowd, options, fc.integer({ min: 2, max: 5 }), (people, given, every) => {
        const missing = Uint8Array.from(people, (_, i) => (i % every === 0 ? 1 : 0))
        const whole = openSetSplit(people, 0, given)
        const part = openSetSplit(people, 0, { ...given, missing })
        const used = [...part.galleryImages.flatMap((images) => [...images]), ...part.probes]
        expect(used.sort((a, b) => a - b)).toEqual([...people.keys()].filter((i) => missing[i] === 0))
        const left = [...whole.enrolled].filter((person) =>
          people.some((p, i) => p === person && !missing[i]),
        )
        expect([...part.enrolled]).toEqual(left)
      }),
      { seed: 1 },
    )
  })

  test('refuses what it cannot deal', () => {
    const people = Int32Array.of(0, 1, 2, 3)
    expect(() => openSetSplit(Int32Array.of(0, 1, 1, 2), 0)).toThrow(
      'openSetSplit: expected 4 people or more, got 3',
    )
    expect(() => openSetSplit(Int32Array.of(0, 1, -1, 2), 0)).toThrow(
      'openSetSplit: expected a person from 0 for image 2, got -1',
    )
    expect(() => openSetSplit(people, 0, { galleryImages: 0 })).toThrow(
      'openSetSplit: expected 1 gallery image or more, got 0',
    )
    for (const strangers of [0, 1, Number.NaN])
      expect(() => openSetSplit(people, 0, { strangers })).toThrow(
        `openSetSplit: expected a share of strangers between 0 and 1, got ${strangers}`,
      )
    expect(() => openSetSplit(people, 0, { missing: new Uint8Array(3) })).toThrow(
      'openSetSplit: expected 4 marks of missing images, got 3',
    )
  })
})
