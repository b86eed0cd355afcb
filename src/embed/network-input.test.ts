import { expect, test } from 'vitest'
import { networkInput } from './network-input.ts'

// Two images of 1 × 2 pixels, RGB.
const pixels = new Uint8Array([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120])
const format = {
  height: 1,
  width: 2,
  type: 'float32',
  layout: 'nchw',
  channels: 'rgb',
  mean: [0, 0, 0],
  scale: [1, 1, 1],
} as const

test('networkInput puts channels first or last, and in either order', () => {
  const of = (change: object) => networkInput(pixels, { ...format, ...change })
  expect(of({})).toEqual({
    type: 'float32',
    shape: [2, 3, 1, 2],
    data: new Float32Array([10, 40, 20, 50, 30, 60, 70, 100, 80, 110, 90, 120]),
  })
  expect(of({ channels: 'bgr' }).data).toEqual(
    new Float32Array([30, 60, 20, 50, 10, 40, 90, 120, 80, 110, 70, 100]),
  )
  expect(of({ layout: 'nhwc' })).toEqual({
    type: 'float32',
    shape: [2, 1, 2, 3],
    data: Float32Array.from(pixels),
  })
  expect(of({ layout: 'nhwc', channels: 'bgr' }).data).toEqual(
    new Float32Array([30, 20, 10, 60, 50, 40, 90, 80, 70, 120, 110, 100]),
  )
})

test('networkInput gives (v − mean) / scale, each by channel in the order of the network', () => {
  const { data } = networkInput(pixels.subarray(0, 6), {
    ...format,
    channels: 'bgr',
    mean: [30, 20, 10],
    scale: [10, 5, 1],
  })
  expect(data).toEqual(new Float32Array([0, 3, 0, 6, 0, 30]))
})

test('networkInput passes bytes on as they are where the network takes bytes', () => {
  const bytes = { ...format, type: 'uint8' } as const
  expect(networkInput(pixels, { ...bytes, layout: 'nhwc' })).toEqual({
    type: 'uint8',
    shape: [2, 1, 2, 3],
    data: pixels,
  })
  expect(networkInput(pixels.subarray(6), bytes).data).toEqual(new Uint8Array([70, 100, 80, 110, 90, 120]))
})

test('networkInput fills up a batch with zeros', () => {
  expect(
    networkInput(pixels.subarray(0, 6), { ...format, type: 'uint8', layout: 'nhwc' }, { batch: 3 }),
  ).toEqual({
    type: 'uint8',
    shape: [3, 1, 2, 3],
    data: new Uint8Array([10, 20, 30, 40, 50, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  })
})
