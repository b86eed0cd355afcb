import { describe, expect, test } from 'vitest'
import { boundsText } from './bounds-text.ts'

const practice = (classes: number, dimensions: number) =>
  boundsText({ classes, dimensions, posteriors: [0.9] }).find((line) => line.startsWith('practice: '))

describe('boundsText({ classes, dimensions })', () => {
  test('does not advise a margin that so many classes cannot meet', () => {
    // Eight on a circle are 45° apart: 1 − cos 45° = 0.29.
    expect(practice(8, 2)).toContain('here not all classes can meet it')
    // Seven are 51.4° apart: 0.377.
    expect(practice(7, 2)).toBe(
      'practice: 0.35 is where LMCL does best, and training often fails beyond 0.45',
    )
    expect(practice(10_572, 512)).toBe(practice(7, 2))
  })

  test('shows digits of a margin however small', () => {
    const [margin] = boundsText({ classes: 1e9, dimensions: 3, posteriors: [0.9] }).filter((line) =>
      line.startsWith('margin: '),
    )
    // Caps on the sphere: one of angle a covers (1 − cos a)/2 of it.
    expect(margin).toContain('between 2.0e-9 (centres 0.0036° apart fit) and 8.0e-9 (0.0072° apart')
  })
})
