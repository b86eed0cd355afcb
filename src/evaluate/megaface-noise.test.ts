import { expect, it } from 'vitest'
import { findNoise, parseNoise } from './megaface-noise.ts'

it('parseNoise(text) skips comments and blank lines, and takes the last of fields parted by tabs', () => {
  expect(parseNoise('# made by hand\n\na/b.jpg\r\n1\t0.5\tc d.png \n')).toEqual(['a/b.jpg', 'c d.png'])
})

it('findNoise(paths, lines) fits ends of paths part by part, whatever the kind of file and the spaces', () => {
  const paths = ['A_B/A_B_1.png', 'A_B/A_B_11.png', 'C/A_B_1.png', '510/7@N01/2_0.jpg']
  const named = (...lines: string[]) => findNoise(paths, lines)
  expect(named('A B/A B_1.jpg')).toEqual({ named: Uint8Array.of(1, 0, 0, 0), images: 1, unmatched: 0 })
  expect(named('A_B_1.jpg').named).toEqual(Uint8Array.of(1, 0, 1, 0))
  expect(named('facescrub/A_B/A_B_1').named).toEqual(Uint8Array.of(1, 0, 0, 0))
  expect(named('7@N01/2_0.jpg', './510/7@N01/2_0.jpg')).toMatchObject({ images: 1, unmatched: 0 })
  expect(named('B_1.png', 'B/A_B_1.png', 'D/A_B_1.png', 'a_b_1.png')).toMatchObject({
    ...{ images: 0, unmatched: 4 },
  })
})

it('findNoise(paths, lines) keeps a dot in a name that is no kind of file', () => {
  expect(findNoise(['a/b.1', 'a/b.2'], ['b.1']).named).toEqual(Uint8Array.of(1, 0))
})
