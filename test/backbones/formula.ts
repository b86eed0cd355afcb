import { elementCount, type Shape } from '../../src/graph/index.ts'

/** Numbers in 0 … 1 that follow from a name, as test/fixtures/backbones.py makes them. */
function uniform(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193)
  return Float64Array.from({ length: count }, (_, i) => {
    let x = Math.imul(i + 1, 0x9e3779b1) ^ seed
    x = Math.imul(x ^ (x >>> 15), 0x85ebca77)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae3d)
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
  })
}

/** The value of a tensor of a network by its name, in a range that suits its kind; the rest in −1 … 1. */
export function formula(name: string, shape: Shape): Float32Array {
  const kind = name.slice(name.lastIndexOf('.') + 1)
  const fanIn = elementCount(shape.slice(1))
  const value: (u: number) => number = name.endsWith('norm.weight')
    ? (u) => 1 + 0.5 * (2 * u - 1)
    : kind === 'weight'
      ? (u) => (2 * u - 1) * Math.sqrt(3 / fanIn)
      : kind === 'slope'
        ? (u) => 0.25 + 0.1 * (2 * u - 1)
        : kind === 'variance'
          ? (u) => 0.5 + u
          : kind === 'bias' || kind === 'mean'
            ? (u) => 0.2 * (2 * u - 1)
            : (u) => 2 * u - 1
  return Float32Array.from(uniform(name, elementCount(shape)), value)
}
