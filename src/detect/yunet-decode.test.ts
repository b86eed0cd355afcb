import { expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import type { TensorData } from '../runtime/session.ts'
import { decodeYunet, YUNET_HEADS, YUNET_STRIDES } from './yunet-decode.ts'

/** What YuNet says of an empty picture: zeros. */
function blank(width: number, height: number): Record<string, TensorData & { data: Float32Array }> {
  const outputs: Record<string, TensorData & { data: Float32Array }> = {}
  for (const stride of YUNET_STRIDES)
    for (const [head, numbers] of Object.entries(YUNET_HEADS)) {
      const cells = (width / stride) * (height / stride)
      const data = new Float32Array(cells * numbers)
      outputs[`${head}_${stride}`] = { type: 'float32', shape: [1, cells, numbers], data }
    }
  return outputs
}

test('decodeYunet(outputs) finds nothing where every score is 0', () => {
  expect(decodeYunet(blank(64, 96), { width: 64, height: 96 })).toEqual([])
})

test('decodeYunet(outputs) places box and points by cell and stride, and the score is the geometric mean', () => {
  const outputs = blank(64, 96)
  // Stride 16: 4 columns, 6 rows; row 2, column 3 is cell 11.
  outputs.cls_16!.data[11] = 0.81
  outputs.obj_16!.data[11] = 0.64
  outputs.bbox_16!.data.set([0.5, -0.25, Math.log(2), Math.log(4)], 44)
  outputs.kps_16!.data.set([0, 0, 0.5, 0, 0.25, 0.5, 0, 1, 1, -1], 110)
  const [face, ...more] = decodeYunet(outputs, { width: 64, height: 96 })
  expect(more).toEqual([])
  expect(face!.score).toBeCloseTo(0.72, 6)
  // Middle (3.5, 1.75) · 16 = (56, 28); size 32 × 64.
  expect(face!.box.x).toBeCloseTo(40, 4)
  expect(face!.box.y).toBeCloseTo(-4, 4)
  expect(face!.box.width).toBeCloseTo(32, 4)
  expect(face!.box.height).toBeCloseTo(64, 4)
  expect(face!.points).toEqual([48, 32, 56, 32, 52, 40, 48, 48, 64, 16])
})

test('decodeYunet(outputs) cuts class and object scores to [0, 1] and wants more than minScore', () => {
  const outputs = blank(32, 32)
  outputs.cls_8!.data.set([1.5, 1, 0.25, Number.NaN])
  outputs.obj_8!.data.set([0.49, -1, 1, 1])
  expect(decodeYunet(outputs, { width: 32, height: 32 }).map((face) => face.score)).toEqual([
    Math.sqrt(Math.fround(0.49)),
  ])
  // √(0.25 · 1) is 0.5, which is not above 0.5.
  expect(decodeYunet(outputs, { width: 32, height: 32, minScore: 0.5 })).toHaveLength(1)
  expect(decodeYunet(outputs, { width: 32, height: 32, minScore: 0.49 })).toHaveLength(2)
})

test('decodeYunet(outputs) refuses outputs that do not fit the input, by name', () => {
  const outputs = blank(64, 64)
  expect(() => decodeYunet(outputs, { width: 64, height: 96 })).toThrow(
    new DataError('yunet: expected 96 float32 numbers in output cls_8, got float32 [1, 64, 1]'),
  )
  const { kps_32: _, ...without } = outputs
  expect(() => decodeYunet(without, { width: 64, height: 64 })).toThrow(
    new DataError('yunet: expected 40 float32 numbers in output kps_32, got none'),
  )
})
