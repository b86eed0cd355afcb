import { describe, expect, test } from 'vitest'
import { sampleFacesFigure } from './sample-faces-figure.ts'

/** The signature of a PNG file and bytes of every value. */
const png = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, ...Array.from({ length: 256 }, (_, i) => i)])

describe('sampleFacesFigure(rows)', () => {
  test('holds the bytes of each picture in the SVG', () => {
    const svg = sampleFacesFigure([{ name: 'person 1', images: [png, png] }])
    const images = [...svg.matchAll(/href="data:image\/png;base64,([^"]*)"/g)].map((m) =>
      Buffer.from(m[1]!, 'base64'),
    )
    expect(images).toHaveLength(2)
    expect(new Uint8Array(images[1]!)).toEqual(png)
    expect(svg).toContain('<desc>1 people, a row each, 2 pictures a person.</desc>')
    expect(svg).toContain('>person 1</text>')
  })

  test('takes data URIs of pictures', () => {
    expect(sampleFacesFigure([{ name: 'a', images: ['data:image/webp;base64,AAAA'] }])).toContain(
      'data:image/webp',
    )
  })

  test.each([
    ['an address', 'https://example.org/face.png'],
    ['a data URI that breaks out of its attribute', 'data:image/png;base64,AA"/><script>'],
    ['an SVG, which may hold scripts', 'data:image/svg+xml;base64,AAAA'],
  ])('refuses %s', (_, image) => {
    expect(() => sampleFacesFigure([{ name: 'a', images: [image] }])).toThrow(
      `sample faces: expected a data URI of a picture for a, got ${image.slice(0, 40)}`,
    )
  })

  test('refuses bytes that are no PNG file', () => {
    expect(() => sampleFacesFigure([{ name: 'a', images: [Uint8Array.of(0xff, 0xd8)] }])).toThrow(
      'sample faces: expected the bytes of a PNG file for a, got 2 other bytes',
    )
  })

  test('is empty but for its title without rows', () => {
    expect(sampleFacesFigure([])).not.toMatch(/NaN|Infinity|<image/)
  })
})
