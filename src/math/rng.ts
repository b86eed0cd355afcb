/** A stream of pseudo-random numbers; equal seeds and keys give equal streams on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 random bits. */
  uniform(): number
  /** Standard normal (Box and Muller 1958). */
  normal(): number
  /** Uniform integer in [0, n), n ≤ 2³². */
  below(n: number): number
}

/** Mixes a 32-bit state (the finaliser of MurmurHash3). */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * Opens the random stream named by `seed` and `keys` (say seed, epoch, index): sfc32 of PractRand, 128 bits of state.
 * Streams with other keys are independent, so that a number is a pure function of where it is used.
 * Keys are integers; the low 53 bits count.
 */
export function rng(seed: number, ...keys: readonly number[]): Random {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  for (const key of [seed, ...keys]) {
    a = mix(a ^ (key >>> 0))
    b = mix(b ^ Math.floor(key / 4294967296) ^ a)
    c = mix(c ^ b)
  }
  let counter = 1
  const next = (): number => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  let spare: number | undefined
  return {
    uniform: () => next() / 4294967296,
    below: (n) => Math.floor((next() / 4294967296) * n),
    normal: () => {
      if (spare !== undefined) {
        const z = spare
        spare = undefined
        return z
      }
      const r = Math.sqrt(-2 * Math.log(1 - next() / 4294967296))
      const angle = (2 * Math.PI * next()) / 4294967296
      spare = r * Math.sin(angle)
      return r * Math.cos(angle)
    },
  }
}

/** A uniformly drawn permutation of 0 … n − 1 (Fisher and Yates 1938) as int32 [n]. */
export function permutation(n: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const t = order[i]!
    order[i] = order[j]!
    order[j] = t
  }
  return order
}
