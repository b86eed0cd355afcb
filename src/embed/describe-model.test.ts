import { describe, expect, test } from 'vitest'
import { DataError, UsageError } from '../errors.ts'
import type { PortInfo } from '../runtime/session.ts'
import { describeModel } from './describe-model.ts'
import type { GivenDescription } from './given-description.ts'

const image = (shape: PortInfo['shape'], type = 'float32'): PortInfo => ({ name: 'data', type, shape })
const fc1: PortInfo = { name: 'fc1', type: 'float32', shape: ['N', 512] }
const plainNodes = [{ type: 'Conv', inputs: ['data', 'w'], outputs: ['y'] }]

/** The description of a model with the given ports, file and words of the user. */
function describing(
  input: PortInfo | readonly PortInfo[],
  {
    outputs = [fc1],
    metadata = {},
    nodes = plainNodes,
    ...given
  }: GivenDescription & {
    outputs?: readonly PortInfo[]
    metadata?: Record<string, string>
    nodes?: { type: string; inputs: string[]; outputs: string[] }[]
  } = {},
) {
  const inputs = 'name' in input ? [input] : input
  const file = { metadata: new Map(Object.entries(metadata)), nodes, weightFiles: [] }
  return describeModel({ inputs, outputs }, file, { name: 'm.onnx', ...given })
}

const ours = {
  'steradian.version': '0.1.0',
  'steradian.input': '112x96',
  'steradian.alignment': 'sphereface',
  'steradian.flip': 'none',
}
const ourImage: PortInfo = { name: 'image', type: 'uint8', shape: ['N', 112, 96, 3] }
const ourOutputs: PortInfo[] = [
  { name: 'embedding', type: 'float32', shape: ['N', 64] },
  { name: 'feature', type: 'float32', shape: ['N', 64] },
]

describe('a model of ours', () => {
  test('describes itself: nothing is guessed', () => {
    expect(describing(ourImage, { outputs: ourOutputs, metadata: ours })).toEqual({
      name: 'm.onnx',
      inputName: 'image',
      outputName: 'feature',
      height: 112,
      width: 96,
      type: 'uint8',
      layout: 'nhwc',
      channels: 'rgb',
      mean: [0, 0, 0],
      scale: [1, 1, 1],
      batch: undefined,
      dimensions: 64,
      flip: 'none',
      isFused: false,
      alignment: 'sphereface',
      notes: [],
      metadata: new Map(Object.entries(ours)),
    })
  })

  test.each(['concat', 'sum'] as const)(
    'exported with flip none is fused outside by %s on demand',
    (flip) => {
      const description = describing(ourImage, { outputs: ourOutputs, metadata: ours, flip })
      expect([description.flip, description.isFused, description.notes]).toEqual([flip, false, []])
    },
  )

  test('that fuses image and mirror image itself is run once, and takes no other fusion', () => {
    const metadata = { ...ours, 'steradian.flip': 'sum' }
    const description = describing(ourImage, { outputs: ourOutputs, metadata, flip: 'sum' })
    expect([description.flip, description.isFused, description.notes]).toEqual(['sum', true, []])
    expect(() => describing(ourImage, { outputs: ourOutputs, metadata, flip: 'concat' })).toThrow(
      new DataError('m.onnx: fuses image and mirror image itself (sum), got --flip concat'),
    )
  })

  test('is contradicted by no option, and its metadata by neither its input nor nonsense', () => {
    const cases: [Parameters<typeof describing>[1], string][] = [
      [{ input: '56x48' }, 'm.onnx: input is [N, 112, 96, 3], got --input 56x48'],
      [{ layout: 'nchw' }, 'm.onnx: input is [N, 112, 96, 3], got --layout nchw'],
      [{ channels: 'bgr' }, 'm.onnx: its metadata say channels rgb, got --channels bgr'],
      [{ alignment: 'arcface' }, 'm.onnx: its metadata say alignment sphereface, got --alignment arcface'],
      [{ mean: [127.5] }, 'm.onnx: input is uint8, which takes pixels as they are, got --mean 127.5'],
      [{ scale: [128] }, 'm.onnx: input is uint8, which takes pixels as they are, got --scale 128'],
      [
        { metadata: { ...ours, 'steradian.input': '56x48' } },
        'm.onnx: input is [N, 112, 96, 3], but its metadata say input 56x48',
      ],
      [
        { metadata: { ...ours, 'steradian.alignment': 'nose' } },
        'm.onnx: steradian.alignment: expected one of sphereface, arcface, got nose',
      ],
    ]
    for (const [options, message] of cases)
      expect(() => describing(ourImage, { outputs: ourOutputs, metadata: ours, ...options })).toThrow(
        new DataError(message),
      )
  })

  test('accepts options that say what it says', () => {
    const same = {
      input: '112x96',
      layout: 'nhwc',
      channels: 'rgb',
      alignment: 'sphereface',
      mean: [0],
      scale: [1],
    } as const
    expect(describing(ourImage, { outputs: ourOutputs, metadata: ours, ...same }).alignment).toBe(
      'sphereface',
    )
  })
})

describe("anybody's model", () => {
  test('is read where it can be, and each guess is said', () => {
    const description = describing(image([1, 3, 112, 112]))
    expect(description).toMatchObject({ height: 112, width: 112, layout: 'nchw', channels: 'rgb', batch: 1 })
    expect(description).toMatchObject({ mean: [127.5, 127.5, 127.5], scale: [128, 128, 128], flip: 'concat' })
    expect(description).toMatchObject({ alignment: 'arcface', outputName: 'fc1', dimensions: 512 })
    expect(description.notes).toEqual([
      'read: input float32 [1, 3, 112, 112], output fc1 [N, 512]',
      'guessed: channels rgb (nothing says so)',
      'guessed: mean 127.5 (nothing says so)',
      'guessed: scale 128 (nothing says so)',
      'guessed: alignment arcface (the input is 112x112)',
      'guessed: flip concat (nothing says so)',
    ])
  })

  test('that is fully described leaves nothing to guess', () => {
    const given = {
      mean: [104, 117, 123],
      channels: 'bgr',
      layout: 'nchw',
      flip: 'none',
      alignment: 'sphereface',
    } as const
    const description = describing(image(['N', 3, 'H', 'W']), { ...given, input: '112x96', scale: [1] })
    expect(description).toMatchObject({ ...given, height: 112, width: 96, scale: [1, 1, 1] })
    expect(description.notes).toEqual(['read: input float32 [N, 3, H, W], output fc1 [N, 512]'])
  })

  test.each([
    [['N', 3, 112, 96], 'nchw', 112, 96],
    [['N', 112, 96, 3], 'nhwc', 112, 96],
    [['', 'C', 112, 96], 'nchw', 112, 96],
    [['N', 112, 96, 'C'], 'nhwc', 112, 96],
    [[4, 3, 112, 3], 'nchw', 112, 3],
  ] as const)('of input %j has layout %s and takes %i x %i', (shape, layout, height, width) => {
    expect(describing(image(shape))).toMatchObject({ layout, height, width })
  })

  test('of which one axis alone is 3 has its channels there', () => {
    expect(describing(image(['N', '', '', 3]), { input: '8x6' }).layout).toBe('nhwc')
    expect(describing(image(['N', 3, '', '']), { input: '8x6' }).layout).toBe('nchw')
  })

  test('whose layout cannot be told takes the word of the user, or channels first, and says so', () => {
    const free = image(['N', '', '', ''])
    expect(describing(free, { input: '8x6', layout: 'nhwc' })).toMatchObject({
      layout: 'nhwc',
      height: 8,
      width: 6,
    })
    const guessed = describing(free, { input: '8x6' })
    expect(guessed.layout).toBe('nchw')
    expect(guessed.notes).toContain('guessed: layout nchw (the input is [N, ?, ?, ?])')
  })

  test('that begins by scaling its pixels itself is guessed to take them as they are', () => {
    const nodes = [
      { type: 'Cast', inputs: ['data'], outputs: ['a'] },
      { type: 'Transpose', inputs: ['a'], outputs: ['b'] },
      { type: 'Sub', inputs: ['b', 'mean'], outputs: ['c'] },
    ]
    const { mean, scale, notes } = describing(image([1, 3, 112, 112]), { nodes })
    expect([mean, scale]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ])
    expect(notes).toContain('guessed: mean 0 (the model itself begins with Sub)')
    // Two readers of the input: a residual sum, say, and no scaling.
    const twice = [...nodes.slice(2), { type: 'Conv', inputs: ['b', 'w'], outputs: ['d'] }]
    expect(describing({ ...image([1, 3, 112, 112]), name: 'b' }, { nodes: twice }).scale).toEqual([
      128, 128, 128,
    ])
  })

  test('may carry a description in its metadata', () => {
    const metadata = { 'steradian.input': '112x96', 'steradian.channels': 'bgr', 'steradian.layout': 'nhwc' }
    expect(describing(image(['N', '', '', '']), { metadata })).toMatchObject({
      height: 112,
      width: 96,
      channels: 'bgr',
      layout: 'nhwc',
    })
  })

  test('of several outputs gives the one named feature or embedding, else the first [N, D], and says so', () => {
    const port = (name: string, shape: PortInfo['shape'], type = 'float32') => ({ name, type, shape })
    const prob = port('prob', ['N', 10, 7, 7])
    const among = (...outputs: PortInfo[]) => describing(image([1, 3, 112, 112]), { outputs })
    expect(among(prob, fc1, port('b', ['N', 2])).outputName).toBe('fc1')
    expect(among(prob, fc1).notes).toContain('guessed: output fc1 (the first [N, D] of prob, fc1)')
    expect(among(fc1, port('embedding', ['N', 2]), port('feature', ['N', 2])).outputName).toBe('feature')
    expect(among(fc1, port('embedding', ['N', 2])).outputName).toBe('embedding')
    expect(among(fc1, port('embedding', ['N', 2])).notes).toContain(
      'guessed: output embedding (by its name, of fc1, embedding)',
    )
    expect(among(port('feature', ['N', 2], 'int64'), fc1).outputName).toBe('fc1')
    // An output of unknown shape is taken at its word, and checked when it comes.
    expect(among(port('out', []))).toMatchObject({ outputName: 'out', dimensions: undefined })
    expect(() => among(prob)).toThrow(
      new DataError('m.onnx: expected an output of float32 [N, D], got prob float32 [N, 10, 7, 7]'),
    )
  })

  test('that takes no pictures, or not the ones described, is refused in one line', () => {
    const cases: [PortInfo | PortInfo[], GivenDescription, string][] = [
      [image([1, 3, 112, 112]), { input: '112x96' }, 'm.onnx: input is [1, 3, 112, 112], got --input 112x96'],
      [image([1, 3, 112, 112]), { layout: 'nhwc' }, 'm.onnx: input is [1, 3, 112, 112], got --layout nhwc'],
      [image(['N', 3, 112, 'W']), { input: '96x96' }, 'm.onnx: input is [N, 3, 112, W], got --input 96x96'],
      [
        image(['N', 3, 'H', 'W']),
        {},
        'm.onnx: input is [N, 3, H, W], height and width are free, say them with --input HEIGHTxWIDTH',
      ],
      [
        image(['N', 1, 112, 112]),
        {},
        'm.onnx: expected pictures of 3 channels as input, got data [N, 1, 112, 112]',
      ],
      [
        image(['N', 512]),
        {},
        'm.onnx: takes vectors, not pictures (steradian embed --vectors), got data [N, 512] as input',
      ],
      [
        image([1, 3, 112, 112], 'float16'),
        {},
        'm.onnx: expected an input of float32 or uint8, got data float16 [1, 3, 112, 112]',
      ],
      [[image([1, 3, 8, 8]), fc1], {}, 'm.onnx: expected one input, got 2 (data, fc1)'],
      [[], {}, 'm.onnx: expected one input, got 0 ()'],
    ]
    for (const [input, given, message] of cases)
      expect(() => describing(input, given)).toThrow(new DataError(message))
  })

  test('whose metadata hold an unreadable size is refused', () => {
    expect(() => describing(image(['N', 3, '', '']), { metadata: { 'steradian.input': 'big' } })).toThrow(
      new DataError('m.onnx: steradian.input: expected HEIGHTxWIDTH in pixels, such as 112x96, got big'),
    )
    expect(() => describing(image(['N', 3, 112, '']), { metadata: { 'steradian.input': '56x48' } })).toThrow(
      new DataError('m.onnx: input is [N, 3, 112, ?], got steradian.input 56x48'),
    )
  })

  test('takes a mean and a scale of one number or three, and no scale of 0', () => {
    const free = image(['N', 3, '', ''])
    const cases: [GivenDescription, string][] = [
      [{ input: '112' }, '--input: expected HEIGHTxWIDTH in pixels, such as 112x96, got 112'],
      [{ input: '0x96' }, '--input: expected HEIGHTxWIDTH in pixels, such as 112x96, got 0x96'],
      [{ input: '112x9999' }, '--input: expected HEIGHTxWIDTH in pixels, such as 112x96, got 112x9999'],
      [{ input: '8x6', mean: [1, 2] }, '--mean: expected one number or three, got 1,2'],
      [{ input: '8x6', mean: [Number.NaN] }, '--mean: expected one number or three, got NaN'],
      [{ input: '8x6', scale: [1, 0, 1] }, '--scale: expected numbers other than 0, got 1,0,1'],
    ]
    for (const [given, message] of cases)
      expect(() => describing(free, given)).toThrow(new UsageError(message))
  })
})
