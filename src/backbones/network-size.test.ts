import { describe, expect, it } from 'vitest'
import {
  conv,
  elementCount,
  input,
  matmul,
  mul,
  parameter,
  reshape,
  topologicalOrder,
  transpose,
} from '../graph/index.ts'
import { filled } from '../nn/index.ts'
import { architectureNamed } from './architectures.ts'
import { networkSize } from './network-size.ts'
import { sfnet } from './sfnet.ts'

const weight = (name: string, shape: readonly number[]) => parameter(name, shape, { init: filled(0) })

describe('networkSize(features)', () => {
  it('counts learnt numbers once, and a multiplication for each place that a weight meets', () => {
    const x = input('x', [5, 3, 8, 6])
    const w = weight('w', [4, 3, 3, 3])
    const y = conv(x, w, { strides: [2, 2], pads: [1, 1, 1, 1] })
    // 4 channels of 4×3 places, 27 numbers each; then 48 numbers for each of 7; the slope takes no part.
    const flat = reshape(mul(y, weight('slope', [4, 1, 1])), [5, 48])
    const features = matmul(flat, transpose(weight('f', [7, 48])))
    expect(networkSize(features)).toEqual({
      parameters: 108 + 4 + 336,
      multiplyAdds: 48 * 27 + 48 * 7,
    })
  })

  it('is the same for every batch', () => {
    const [one, nine] = [1, 9].map((n) => networkSize(sfnet(input('pixels', [n, 3, 28, 24]), { depth: 10 })))
    expect(nine).toEqual(one)
  })

  it('SFNet-20 takes 22.67 million parameters and 1.75 thousand million multiply-adds at 112×96', () => {
    // By hand: 9·Ci·Co a place. 56×48: 3·64 and 2·64². 28×24: 64·128 and 4·128². 14×12: 128·256 and 8·256². 7×6: 256·512 and 2·512².
    const places = [56 * 48, 28 * 24, 14 * 12, 7 * 6]
    const pairs = [
      3 * 64 + 2 * 64 ** 2,
      64 * 128 + 4 * 128 ** 2,
      128 * 256 + 8 * 256 ** 2,
      256 * 512 + 2 * 512 ** 2,
    ]
    const byHand = places.reduce((sum, place, i) => sum + 9 * place * pairs[i]!, 21504 * 512)
    expect(networkSize(sfnet(input('pixels', [1, 3, 112, 96])))).toEqual({
      parameters: 22_666_944,
      multiplyAdds: byHand,
    })
    expect(Math.round(byHand / 1e7)).toBe(175)
  })

  // Millions of parameters and multiply-adds; the last column by a count over the published tables of layers. IR-50 and IR-100
  // are also given as 6,330 and 12,120, with what is done element by element.
  it.each([
    ['ir18', 512, 24.03, 2610, 2_609_954_816],
    ['ir34', 512, 34.14, 4460, 4_459_642_880],
    ['ir50', 512, 43.59, 6309, 6_309_330_944],
    ['ir100', 512, 65.16, 12_090, 12_089_606_144],
    ['mobilefacenet', 128, 1.0, 221, 220_965_376],
  ] as const)('%s has the published size at 112×112', (name, dimensions, millions, publishedAdds, byHand) => {
    const size = networkSize(architectureNamed(name).build(input('pixels', [1, 3, 112, 112]), { dimensions }))
    expect(Number((size.parameters / 1e6).toFixed(2))).toBe(millions)
    expect(size.multiplyAdds).toBe(byHand)
    expect(Math.round(byHand / 1e6)).toBe(publishedAdds)
  })

  // In the file batch normalisation is a bias a channel: 976,000 weights, 9,792 biases, 7,552 slopes, 4.0 MB.
  it('MobileFaceNet has 0.99 million numbers in its model file', () => {
    const features = architectureNamed('mobilefacenet').build(input('pixels', [1, 3, 112, 112]), {
      dimensions: 128,
    })
    const numbers = topologicalOrder([features]).reduce(
      (sum, { leaf, shape }) =>
        sum + (leaf?.kind === 'parameter' && !leaf.name.endsWith('norm.weight') ? elementCount(shape) : 0),
      0,
    )
    expect(numbers).toBe(993_344)
  })
})
