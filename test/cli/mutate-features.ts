import { writeFile } from 'node:fs/promises'
import { featureShape, openFeatureFile } from '../../src/cli/embed/feature-file.ts'
import { matchNames } from '../../src/cli/embed/named-features.ts'
import { decodeNpy, encodeNpy } from '../../src/embed/index.ts'
import { rng } from '../../src/math/rng.ts'
import { expectOneClearLine, mutateBytes, mutateText } from '../data/mutate.ts'

/** The bytes of a matrix file: four int32, then the numbers. */
export function matrixFile(rows: number, columns: number, numbers: Float32Array | Float64Array): Buffer {
  const size = numbers.BYTES_PER_ELEMENT
  const head = Buffer.alloc(16)
  for (const [i, value] of [rows, columns, columns * size, size === 4 ? 5 : 6].entries())
    head.writeInt32LE(value, 4 * i)
  return Buffer.concat([head, Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)])
}

const numbers = Float32Array.from({ length: 15 }, (_, i) => i / 7 - 1)
const files = [
  encodeNpy({ shape: [5, 3], data: numbers }),
  matrixFile(5, 3, numbers),
  matrixFile(3, 5, Float64Array.from(numbers)),
]

/** Reads `count` seeded mutations of feature files at `path`: each gives finite rows of its shape, or one clear line. */
export async function mutateFeatureFiles(
  path: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const random = rng(seed, i)
    const original = files[random.below(files.length)]!
    // Headers hold what matters, and would seldom be hit in a long file.
    const bytes = mutateBytes(original, random)
    await writeFile(path, bytes)
    try {
      const { rows, columns, start, type } = featureShape(bytes, bytes.length, { name: path })
      if (start + rows * columns * (type === 'float32' ? 4 : 8) !== bytes.length)
        throw new Error(`mutation ${i}: the shape does not fit the file`)
      const file = await openFeatureFile(path)
      try {
        const { data } = await file.read(Int32Array.of(rows - 1, -1, 0))
        if (data.length !== 3 * columns || !data.every(Number.isFinite))
          throw new Error(`mutation ${i}: not finite rows`)
      } finally {
        await file.close()
      }
    } catch (error) {
      expectOneClearLine(error, path, `mutation ${i}`)
    }
  }
}

/** Decodes `count` seeded mutations of a .npy file: each gives what its shape says, or one clear line. */
export function mutateNpy({ count, seed }: { readonly count: number; readonly seed: number }): void {
  for (let i = 0; i < count; i++) {
    const bytes = mutateBytes(files[0]!, rng(seed, i))
    try {
      const { shape, data } = decodeNpy(bytes, { name: 'x.npy' })
      if (shape.reduce((n, axis) => n * axis, 1) !== data.length)
        throw new Error(`mutation ${i}: the shape does not fit`)
    } catch (error) {
      expectOneClearLine(error, 'x.npy', `mutation ${i}`)
    }
  }
}

/** Matches `count` seeded mutations of a list of names: each gives a row or −1 an item, or one clear line. */
export function mutateNames({ count, seed }: { readonly count: number; readonly seed: number }): void {
  const names = Array.from({ length: 12 }, (_, i) => `Person ${i}/${i}.jpg`)
  for (let i = 0; i < count; i++) {
    const text = mutateText(`${names.join('\n')}\n`, rng(seed, i))
    try {
      const rows = matchNames(names, text, { list: 'x.txt', rows: names.length })
      if (rows.length !== names.length || rows.some((row) => row < -1 || row >= names.length))
        throw new Error(`mutation ${i}: rows that are none`)
    } catch (error) {
      expectOneClearLine(error, 'x.txt', `mutation ${i}`)
    }
  }
}
