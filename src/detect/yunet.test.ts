import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { decode, type Picture } from '../image/decode.ts'
import { createSession, type PortInfo, type Session, type TensorData } from '../runtime/index.ts'
import type { Detect } from './face.ts'
import { yunet } from './yunet.ts'
import { YUNET_HEADS, YUNET_STRIDES } from './yunet-decode.ts'

const heads = Object.keys(YUNET_HEADS).flatMap((head) => YUNET_STRIDES.map((stride) => `${head}_${stride}`))
const port = (name: string, shape: readonly (number | string)[] = [1]): PortInfo => ({
  name,
  type: 'float32',
  shape,
})

/**
 * A session with YuNet's ports that keeps what it is fed, and sees one face of 2 × 2 cells in the first cell of
 * stride 16, with its points on the cell's corner and one stride further.
 */
function fake(shape: readonly (number | string)[] = ['batch', 3, 'height', 'width'], outputs = heads) {
  const fed: TensorData[] = []
  const session: Session = {
    inputs: [port('input', shape)],
    outputs: outputs.map((name) => port(name)),
    async run({ input }) {
      fed.push(input!)
      const [, , height, width] = input!.shape as [number, number, number, number]
      return Object.fromEntries(
        heads.map((name) => {
          const [head, stride] = name.split('_') as [keyof typeof YUNET_HEADS, string]
          const cells = (width / Number(stride)) * (height / Number(stride))
          const data = new Float32Array(cells * YUNET_HEADS[head])
          if (stride === '16' && head !== 'kps')
            data.set([1, 1, Math.log(2), Math.log(2)].slice(0, YUNET_HEADS[head]))
          if (stride === '16' && head === 'kps') data.set([0, 0, 1, 1])
          return [name, { type: 'float32', shape: [1, cells, YUNET_HEADS[head]], data } satisfies TensorData]
        }),
      )
    },
    close: async () => {},
  }
  return { session, fed }
}

function picture(width: number, height: number): Picture {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => i % 251) }
}

test('yunet(session) feeds blue, green and red planes, 0 to 255, padded black to multiples of 32', async () => {
  const { session, fed } = fake()
  await yunet(session)(picture(33, 3))
  const { shape, type, data } = fed[0]!
  expect(shape).toEqual([1, 3, 32, 64])
  expect(type).toBe('float32')
  const plane = 32 * 64
  // Pixel (x = 32, y = 1) is number 65, its red byte number 195.
  expect([data[64 + 32], data[plane + 64 + 32], data[2 * plane + 64 + 32]]).toEqual([197, 196, 195])
  expect([data[33], data[3 * 64], data[plane - 1]]).toEqual([0, 0, 0])
})

test('yunet(session) gives boxes and points in pixels of a picture that was not shrunk', async () => {
  const [face] = await yunet(fake().session)(picture(64, 64))
  expect(face!.box.x).toBeCloseTo(0, 4)
  expect(face!.box.width).toBeCloseTo(32, 4)
  expect(face!.points.slice(0, 4)).toEqual([0, 0, 16, 16])
  expect(face!.score).toBe(1)
})

test('yunet(session) shrinks what is longer than maxSide, and gives boxes and points of the picture itself', async () => {
  const { session, fed } = fake()
  const [face] = await yunet(session)(picture(256, 100), { maxSide: 64 })
  expect(fed[0]!.shape).toEqual([1, 3, 32, 64])
  // Pixel centres are whole numbers: the middle of the first of four pixels is 1.5.
  expect(face!.points.slice(0, 4)).toEqual([1.5, 1.5, 65.5, 65.5])
  expect(face!.box.width).toBeCloseTo(128, 3)
})

test('yunet(session) fits a picture into a model of fixed input size', async () => {
  const { session, fed } = fake([1, 3, 96, 64])
  const detect = yunet(session)
  await detect(picture(20, 30))
  const [face] = await detect(picture(80, 192))
  expect(fed.map(({ shape }) => shape)).toEqual([
    [1, 3, 96, 64],
    [1, 3, 96, 64],
  ])
  expect(face!.points.slice(0, 4)).toEqual([0.5, 0.5, 32.5, 32.5])
})

test('yunet(session) compares boxes cut to whole pixels, as OpenCV does', async () => {
  // Two boxes of 13.9 × 10.5, 7 apart: they overlap by 0.330, and cut to 13 × 10 by 6 of 20, which is the limit.
  const { session } = fake()
  const run: Session['run'] = async (feeds) => {
    const outputs = (await session.run(feeds)) as Record<string, TensorData & { data: Float32Array }>
    outputs.cls_16!.data.set([1, 1])
    outputs.obj_16!.data.set([1, 0.9])
    const middle = [(0.4 + 13.9 / 2) / 16, (0.5 + 10.5 / 2) / 16]
    const box = [Math.log(13.9 / 16), Math.log(10.5 / 16)]
    outputs.bbox_16!.data.set([...middle, ...box, middle[0]! + 7 / 16 - 1, middle[1]!, ...box])
    return outputs
  }
  const detect = yunet({ ...session, run })
  expect(await detect(picture(64, 64))).toHaveLength(2)
  expect(await detect(picture(64, 64), { iou: 0.29 })).toHaveLength(1)
})

test('yunet(session) refuses a model that is not YuNet in one line', () => {
  const refusal = (session: Session): string => {
    try {
      yunet(session, { name: 'net.onnx' })
    } catch (error) {
      if (error instanceof DataError) return error.message
    }
    return 'accepted'
  }
  expect(refusal(fake(undefined, ['embedding', 'feature']).session)).toBe(
    'net.onnx: not a YuNet face detector: expected outputs cls_8 to kps_32, got embedding, feature',
  )
  expect(refusal(fake(['N', 112, 96, 3]).session)).toBe(
    'net.onnx: not a YuNet face detector: expected one input [batch, 3, height, width], got input [N, 112, 96, 3]',
  )
  expect(refusal(fake([1, 3, 100, 100]).session)).toBe(
    'net.onnx: not a YuNet face detector: expected sides a multiple of 32, got 100 x 100',
  )
  expect(refusal({ ...fake().session, inputs: [] })).toBe(
    'net.onnx: not a YuNet face detector: expected one input [batch, 3, height, width], got none',
  )
})

interface Case {
  readonly set: 'lfw' | 'celeba'
  readonly images: readonly number[]
  readonly width: number
  readonly height: number
  readonly canvas?: number
  readonly faces: readonly (readonly number[])[]
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const shared = path('../../../shared/')

describe.skipIf(!existsSync(shared))('against OpenCV (needs ../shared)', () => {
  const { cases } = JSON.parse(readFileSync(path('../../test/fixtures/yunet.json'), 'utf8')) as {
    cases: Case[]
  }
  const sets = {
    lfw: globSync(`${shared}data/lfw/lfw-deepfunneled/*/*.jpg`).sort(),
    celeba: globSync(`${shared}data/celeba/images/*/*.jpg`).sort(),
  }
  const sessions: Session[] = []
  const detectors = new Map<number | undefined, Detect>()

  beforeAll(async () => {
    for (const [canvas, model] of [
      [undefined, 'yunet_n_dynamic.onnx'],
      [640, 'yunet_n_640_640.onnx'],
    ] as const) {
      const session = await createSession(`${shared}models/${model}`)
      sessions.push(session)
      detectors.set(canvas, yunet(session))
    }
  })
  afterAll(async () => {
    for (const session of sessions) await session.close()
  })

  /** The picture that a case of `test/fixtures/yunet.py` means. */
  async function pictureOf({ set, images, width, height }: Case): Promise<Picture> {
    const parts = await Promise.all(images.map((index) => decode(sets[set][index]!)))
    const data = new Uint8Array(3 * width * height)
    for (const [k, part] of parts.entries()) {
      const left = (k % 2) * parts[0]!.width
      const top = Math.floor(k / 2) * parts[0]!.height
      const columns = Math.min(part.width, width - left)
      for (let y = 0; y < part.height && top + y < height; y++)
        data.set(
          part.data.subarray(3 * y * part.width, 3 * (y * part.width + columns)),
          3 * ((top + y) * width + left),
        )
    }
    return { width, height, data }
  }

  test.each([undefined, 640])(
    'yunet(session) finds the faces that OpenCV finds, boxes and points within a pixel, model of input size %s',
    async (canvas) => {
      const chosen = cases.filter((one) => one.canvas === canvas)
      expect(chosen.length).toBeGreaterThan(2)
      for (const one of chosen) {
        const faces = await detectors.get(canvas)!(await pictureOf(one))
        const where = `${one.set} ${one.images}`
        expect(faces.length, where).toBe(one.faces.length)
        for (const [i, { box, points, score }] of faces.entries()) {
          const ours = [box.x, box.y, box.width, box.height, ...points]
          const theirs = one.faces[i]!
          const off = Math.max(...ours.map((at, k) => Math.abs(at - theirs[k]!)))
          // A pixel is promised; decoders of JPEG that differ in rounding leave a few hundredths.
          expect(off, where).toBeLessThan(0.25)
          expect(Math.abs(score - theirs[14]!), where).toBeLessThan(0.005)
        }
      }
    },
  )

  test('yunet(session) puts the points of an enlarged picture where those of the original lie', async () => {
    const one = await pictureOf(cases[0]!)
    const detect = detectors.get(undefined)!
    const large = { width: 4 * one.width, height: 4 * one.height, data: new Uint8Array(16 * one.data.length) }
    for (let i = 0; i < large.width * large.height; i++) {
      const from = Math.floor(Math.floor(i / large.width) / 4) * one.width + Math.floor((i % large.width) / 4)
      large.data.set(one.data.subarray(3 * from, 3 * from + 3), 3 * i)
    }
    const [expected] = await detect(one)
    const [got] = await detect(large, { maxSide: one.width })
    const off = got!.points.map((at, i) => Math.abs((at + 0.5) / 4 - 0.5 - expected!.points[i]!))
    expect(Math.max(...off)).toBeLessThan(0.75)
  })
})
