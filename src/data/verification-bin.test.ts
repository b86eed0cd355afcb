import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { mutateBins } from '../../test/data/mutate-bins.ts'
import { DataError } from '../errors.ts'
import { decode } from '../image/index.ts'
import { parseVerificationBin, readVerificationBin } from './verification-bin.ts'

const { cases } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/verification-bins.json', import.meta.url), 'utf8'),
) as { cases: { name: string; protocol: number; file: string }[] }
const fixture = (name: string, protocol: number): Uint8Array =>
  Buffer.from(cases.find((one) => one.name === name && one.protocol === protocol)!.file, 'base64')

/** The images of the fixture's script. */
const images = [
  Buffer.from('\xff\xd8first', 'latin1'),
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...[0, 1].map(() => Buffer.from(Array.from({ length: 256 }, (_, i) => i))),
  ]),
  Buffer.alloc(0),
  Buffer.from('4'),
].map((bytes) => [...bytes])

describe('parseVerificationBin(bytes) reads images and labels as Python wrote them', () => {
  test.each([
    ['bytes', 3],
    ['bytes', 4],
    ['bytes', 5],
    ['bytes by the plain Python pickler', 4],
    ['numpy images', 3],
    ['numpy images', 4],
    ['numpy labels', 3],
    ['numpy labels', 4],
    ['numpy uint8 labels', 4],
    ['numpy columns', 3],
    ['tuples and integers', 3],
    ['strings of Python 2', 2],
    ['strings of Python 2, cPickle', 2],
  ])('%s, protocol %i', (name, protocol) => {
    const bytes = fixture(name, protocol)
    const bin = parseVerificationBin(bytes)
    expect(bin.images.map((image) => [...image])).toEqual(images)
    expect([...bin.same]).toEqual([1, 0])
    for (const image of bin.images) expect(image.buffer).toBe(bytes.buffer)
  })

  test('with the module name of numpy before version 2', () => {
    const text = Buffer.from(fixture('numpy images', 3)).toString('latin1')
    const old = Buffer.from(text.replaceAll('numpy._core.', 'numpy.core.'), 'latin1')
    expect(parseVerificationBin(old).images.map((image) => [...image])).toEqual(images)
  })

  test('many, in the pieces in which Python appends', () => {
    for (const protocol of [3, 4]) {
      const bin = parseVerificationBin(fixture('many', protocol))
      expect(bin.images).toHaveLength(2004)
      expect([...bin.images[2003]!]).toEqual([98, 99])
      expect([...bin.same]).toEqual(Array.from({ length: 1002 }, (_, i) => (i + 1) % 2))
    }
  })
})

/** A pickle of protocol 3. */
const pickle = (text: string): Uint8Array => Buffer.from(`\x80\x03${text}.`, 'latin1')

describe('parseVerificationBin(bytes) refuses', () => {
  test.each([
    ['no pair of lists', ']', 'expected a pair of lists (images, labels), got 0 parts'],
    ['a number', 'K\x05', 'expected a pair of lists (images, labels), got 5'],
    ['three lists', ']]]\x87', 'expected a pair of lists (images, labels), got 3 parts'],
    ['images that are no list', 'N]\x86', 'expected a list of images, got None'],
    ['labels that are no list', ']N\x86', 'expected a list of labels, got None'],
    [
      'an image that is text',
      '](\x8c\x01aC\x01be](\x88e\x86',
      'image 0: expected bytes or an array of uint8, got text',
    ],
    [
      'an image that is a list',
      '](C\x01b]e](\x88e\x86',
      'image 1: expected bytes or an array of uint8, got a list',
    ],
    [
      'an image that is an array of bool',
      `](cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01K\x01\x85cnumpy\ndtype\n\x8c\x02b1\x89\x88\x87R\x89C\x01\x01tbC\x01be](\x88e\x86`,
      'image 0: expected bytes or an array of uint8, got an array of bool',
    ],
    ['a label of 2', '](C\x01bC\x01be](K\x02e\x86', 'label 0: expected True or False, 1 or 0, got 2'],
    ['a label of None', '](C\x01bC\x01be](Ne\x86', 'label 0: expected True or False, 1 or 0, got None'],
    ['an image too few', '](C\x01be](\x88e\x86', 'expected two images for each of 1 labels, got 1'],
    [
      'an image too many',
      '](C\x01bC\x01bC\x01be](\x88e\x86',
      'expected two images for each of 1 labels, got 3',
    ],
    ['no pairs', ']]\x86', 'expected pairs, got none'],
    [
      'an image named so often that all add up to more than the file',
      `](C\x10${'a'.repeat(16)}q\x01h\x01h\x01h\x01e](\x88\x88e\x86`,
      'expected images of at most 38 bytes together, as the file has, got 64 (the same ones many times)',
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseVerificationBin(pickle(text), { where: 'x.bin' })).toThrow(
      new DataError(`x.bin: ${message}`),
    )
  })

  test('100 seeded mutations in one clear line each, or reads them', () =>
    mutateBins({ count: 100, seed: 1 }))
})

describe('readVerificationBin(file)', () => {
  test('reads a file, and names it where it is missing or a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bin-'))
    const file = join(folder, 'x.bin')
    await writeFile(file, fixture('bytes', 4))
    const read = await readVerificationBin(file)
    expect(read.same).toHaveLength(2)
    expect(read.sha256).toBe(createHash('sha256').update(fixture('bytes', 4)).digest('hex'))
    await expect(readVerificationBin(join(folder, 'y.bin'))).rejects.toThrow(
      new DataError(`${join(folder, 'y.bin')}: no such file or folder`),
    )
    await expect(readVerificationBin(folder)).rejects.toThrow(
      new DataError(`${folder}: expected a file, got a folder`),
    )
    await rm(folder, { recursive: true })
  })
})

const real = fileURLToPath(new URL('../../../shared/protocols/lfw/small_lfw.bin', import.meta.url))

describe.skipIf(!existsSync(real))('with ../shared/protocols/lfw/small_lfw.bin', () => {
  test('reads 20 images and 10 genuine pairs, and each image is a JPEG of 112 × 112', async () => {
    const { images: found, same } = await readVerificationBin(real)
    expect(found).toHaveLength(20)
    expect([...same]).toEqual(new Array(10).fill(1))
    for (const image of found) {
      const { height, width } = await decode(image)
      expect([height, width]).toEqual([112, 112])
    }
  })
})
