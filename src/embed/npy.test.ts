import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mutateNpy } from '../../test/cli/mutate-features.ts'
import { DataError, ShapeError } from '../errors.ts'
import { decodeNpy, decodeNpyHeader, encodeNpy, npyHeader } from './npy.ts'

const ascii = (text: string) => new Uint8Array([...text].map((c) => c.charCodeAt(0)))
/** A file of format `major`.0 with the given header, as NumPy's own description of the format says, and `count` zeros. */
const file = (header: string, { major = 1, count = 0 } = {}) => {
  const low = [header.length & 255, (header.length >> 8) & 255]
  const length = major === 1 ? low : [...low, header.length >> 16, 0]
  return new Uint8Array([
    0x93,
    ...ascii('NUMPY'),
    major,
    0,
    ...length,
    ...ascii(header),
    ...new Uint8Array(4 * count),
  ])
}
const dictionary = (shape: string, descr = '<f4', order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`

test('encodeNpy writes the magic, the version, a padded header and the numbers, little-endian', () => {
  const bytes = encodeNpy({ shape: [1, 2], data: new Float32Array([1, -2]) })
  expect([...bytes.subarray(0, 10)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0])
  expect(new TextDecoder().decode(bytes.subarray(10, 128))).toBe(
    `${dictionary('(1, 2)').trimEnd().padEnd(117)}\n`,
  )
  expect([...bytes.subarray(128)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
})

test('npyHeader is 128 bytes long for any matrix, so that it can be written again over itself', () => {
  for (const shape of [[0, 1], [7, 512], [4_294_967_295, 65_536], [3], []])
    expect(npyHeader(shape).length).toBe(128)
})

test('decodeNpy gives back what encodeNpy wrote, bit for bit, wherever the bytes lie in their buffer', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float(), { maxLength: 24 }),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
      (numbers, offset, isMatrix) => {
        const array = {
          shape: isMatrix ? [numbers.length, 1] : [numbers.length],
          data: Float32Array.from(numbers),
        }
        const bytes = encodeNpy(array)
        const moved = new Uint8Array(bytes.length + offset)
        moved.set(bytes, offset)
        expect(decodeNpy(moved.subarray(offset))).toEqual(array)
      },
    ),
    { seed: 1, numRuns: 100 },
  )
})

test('decodeNpy reads formats 2 and 3, whose headers have a longer length', () => {
  for (const major of [2, 3])
    expect(decodeNpy(file(dictionary('(2, 3)'), { major, count: 6 }))).toEqual({
      shape: [2, 3],
      data: new Float32Array(6),
    })
})

test('decodeNpy refuses other types, Fortran order, other files and a wrong number of bytes, in one line', () => {
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(), 'x.npy: not a .npy file'],
    [ascii('hello, world'), 'x.npy: not a .npy file'],
    [file(dictionary('(1,)', '<f8'), { count: 2 }), "x.npy: expected float32 ('<f4'), got float64"],
    [
      file(dictionary('(1,)', '>f4'), { count: 1 }),
      "x.npy: expected float32 ('<f4') or float64 ('<f8'), got >f4",
    ],
    [
      file(dictionary('(1,)', '|b1\n\u00e9'), { count: 1 }),
      "x.npy: expected float32 ('<f4') or float64 ('<f8'), got |b1 \u00e9",
    ],
    [file('{}\n'), "x.npy: expected float32 ('<f4') or float64 ('<f8'), got no type"],
    [file(dictionary('(1 2,)'), { count: 2 }), 'x.npy: expected a shape, got (1 2,)'],
    [file(dictionary('(99999999, 99999999,)')), 'x.npy: expected a shape, got (99999999, 99999999,)'],
    [
      file(dictionary('(1,)').padEnd(80_000), { major: 2, count: 1 }),
      'x.npy: expected a header of at most 65548 bytes, got 80012',
    ],
    [file(dictionary('(1, 1)', '<f4', 'True'), { count: 1 }), 'x.npy: expected C order'],
    [file("{'descr': '<f4', 'fortran_order': False}\n"), 'x.npy: expected a shape, got none'],
    [file(dictionary('(2, 2)'), { count: 3 }), 'x.npy: expected 16 bytes of numbers for [2,2], got 12'],
    [file(dictionary('(2, 2)'), { count: 5 }), 'x.npy: expected 16 bytes of numbers for [2,2], got 20'],
    [file(dictionary('(1,)'), { major: 4, count: 1 }), 'x.npy: expected .npy format 1 to 3, got 4'],
    [file(dictionary('(1,)'), { count: 1 }).subarray(0, 9), 'x.npy: the header is cut short'],
    [file(dictionary('(1,)'), { count: 1 }).subarray(0, 40), 'x.npy: the header is cut short'],
  ]
  for (const [bytes, message] of cases)
    expect(() => decodeNpy(bytes, { name: 'x.npy' })).toThrow(new DataError(message))
})

test('decodeNpyHeader says type and place of the numbers, of float64 too, from the first bytes alone', () => {
  const float64 = file(dictionary('(2, 3)', '<f8'))
  expect(decodeNpyHeader(float64)).toEqual({ shape: [2, 3], type: 'float64', start: float64.length })
  const float32 = encodeNpy({ shape: [1, 2], data: new Float32Array([1, -2]) })
  expect(decodeNpyHeader(float32.subarray(0, 128))).toEqual({ shape: [1, 2], type: 'float32', start: 128 })
})

test('decodeNpy reads 200 seeded mutations, or refuses them in one clear line each', () =>
  mutateNpy({ count: 200, seed: 1 }))

test('encodeNpy refuses numbers that do not fill the shape', () => {
  expect(() => encodeNpy({ shape: [2, 2], data: new Float32Array(3) })).toThrow(
    new ShapeError('npy: expected 4 numbers for [2,2], got 3'),
  )
})

const python = process.env.PYTHON ?? 'python3'
const hasNumpy = spawnSync(python, ['-c', 'import numpy']).status === 0

describe.skipIf(!hasNumpy)('with NumPy (python3, or PYTHON)', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npy-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('numpy.load reads what encodeNpy writes, and decodeNpy reads what numpy.save writes', async () => {
    const path = join(folder, 'a.npy')
    await writeFile(path, encodeNpy({ shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6.5]) }))
    const program = `import numpy, sys
a = numpy.load(sys.argv[1])
assert a.dtype == numpy.float32 and a.shape == (2, 3) and a.tolist() == [[1, 2, 3], [4, 5, 6.5]], a
numpy.save(sys.stdout.buffer, a.T.copy())`
    const bytes = execFileSync(python, ['-c', program, path])
    expect(decodeNpy(bytes)).toEqual({ shape: [3, 2], data: new Float32Array([1, 4, 2, 5, 3, 6.5]) })
  })
})
