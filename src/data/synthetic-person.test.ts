import { expect, test } from 'vitest'
import { renderFace } from './synthetic-face.ts'
import { type Person, syntheticPerson } from './synthetic-person.ts'

/** All numbers of a person but its index and moles (whose number differs), by depth-first walk. */
function numbers(person: Person): number[] {
  const { index: _, moles: __, ...rest } = person
  const walk = (value: unknown): number[] =>
    typeof value === 'number' ? [value] : Object.values(value as object).flatMap(walk)
  return walk(rest)
}

test('syntheticPerson is a pure function of seed and number', () => {
  expect(syntheticPerson(3, 7)).toEqual(syntheticPerson(3, 7))
  expect(numbers(syntheticPerson(3, 7))).not.toEqual(numbers(syntheticPerson(3, 8)))
  expect(numbers(syntheticPerson(3, 7))).not.toEqual(numbers(syntheticPerson(4, 7)))
})

test('400 people of a seed differ pairwise in at least 20 of their parameters', () => {
  const people = Array.from({ length: 400 }, (_, i) => numbers(syntheticPerson(0, i)))
  let fewest = Infinity
  for (let i = 0; i < people.length; i++) {
    for (let j = 0; j < i; j++) {
      fewest = Math.min(fewest, people[i]!.filter((x, k) => x !== people[j]![k]).length)
    }
  }
  expect(fewest).toBeGreaterThanOrEqual(20)
})

test('no parameter is the same for everybody', () => {
  const people = Array.from({ length: 200 }, (_, i) => numbers(syntheticPerson(1, i)))
  for (let k = 0; k < people[0]!.length; k++) {
    expect(new Set(people.map((person) => person[k])).size, `parameter ${k}`).toBeGreaterThan(10)
  }
})

test('faces keep human proportions: eyes apart and open, nose above mouth above chin, colours in 0 … 1', () => {
  for (let i = 0; i < 2000; i++) {
    const { face, eyes, brows, nose, mouth, hair, skin } = syntheticPerson(2, i)
    expect(eyes.spacing - eyes.width).toBeGreaterThan(0.2)
    expect(eyes.spacing + eyes.width).toBeLessThan(0.9 * face.width)
    expect(eyes.open).toBeGreaterThan(0.08)
    expect(brows.height).toBeGreaterThan(0.35)
    expect(nose.length + 0.4).toBeLessThan(mouth.height)
    expect(mouth.height + mouth.lower + 0.2).toBeLessThan(face.chin)
    expect(hair.line).toBeLessThan(-brows.height - 0.4)
    for (const colour of [skin.colour, hair.colour, eyes.colour, brows.colour, mouth.colour]) {
      for (const channel of colour) expect(channel > 0 && channel < 1).toBe(true)
    }
  }
})

test('who a person is does not depend on the images: rendering leaves the frozen parameters alone', () => {
  const frozen = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  const person = syntheticPerson(0, 11)
  frozen(person)
  for (let image = 0; image < 20; image++) renderFace(person, { seed: 0, image, height: 28, width: 24 })
  expect(person).toEqual(syntheticPerson(0, 11))
})
