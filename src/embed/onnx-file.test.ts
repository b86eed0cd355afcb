import { expect, test } from 'vitest'
import { changed, halvesModel, ourModel, weightsBeside } from '../../test/embed/models.ts'
import { DataError } from '../errors.ts'
import { decodeModel } from '../onnx/index.ts'
import { readOnnxFile } from './onnx-file.ts'

test('readOnnxFile gives the metadata and every node that the schema-driven reader gives', () => {
  const bytes = ourModel({
    flip: 'sum',
    metadata: { 'steradian.licence': 'für Forschung, 研究用', empty: '' },
  })
  const { graph, metadataProps } = decodeModel(bytes)
  const { metadata, nodes } = readOnnxFile(bytes)
  expect([...metadata]).toEqual(metadataProps.map(({ key, value }) => [key, value]))
  expect(metadata.get('steradian.licence')).toBe('für Forschung, 研究用')
  expect(metadata.get('empty')).toBe('')
  expect(nodes).toEqual(
    graph.node.map(({ opType, input, output }) => ({ type: opType, inputs: input, outputs: output })),
  )
  expect(nodes.length).toBeGreaterThan(20)
})

test('readOnnxFile names the files beside it that hold weights, wherever a tensor of the graph names them', () => {
  expect(readOnnxFile(ourModel()).weightFiles).toEqual([])
  const { model } = weightsBeside(ourModel(), 'parts/w.bin')
  expect(readOnnxFile(model).weightFiles).toEqual(['parts/w.bin'])

  const part = (field: number, content: readonly number[]) => [(field << 3) | 2, content.length, ...content]
  // The fields from 16 on have a key of two bytes.
  const wide = (field: number, content: readonly number[]) => [
    ...[((field << 3) & 127) | 130, field >> 4, content.length],
    ...content,
  ]
  const text = (value: string) => [...new TextEncoder().encode(value)]
  const entry = (key: string, value: string) => part(13, [...part(1, text(key)), ...part(2, text(value))])
  const tensor = (file: string, outside = 1) => [
    ...entry('location', file),
    ...entry('offset', '9'),
    112,
    outside,
  ]
  const attribute = (content: readonly number[]) => part(1, part(5, content))
  const bytes = (graph: readonly number[]) => Uint8Array.from(part(7, graph))
  for (const graph of [
    part(5, tensor('a')),
    part(15, part(1, tensor('a'))),
    part(15, part(2, tensor('a'))),
    attribute(part(5, tensor('a'))),
    attribute(part(10, tensor('a'))),
    attribute(part(6, part(5, tensor('a')))),
    attribute(part(11, part(5, tensor('a')))),
    attribute(wide(22, part(1, tensor('a')))),
    [...part(5, tensor('a')), ...part(5, tensor('a'))],
  ])
    expect(readOnnxFile(bytes(graph)).weightFiles).toEqual(['a'])
  expect(readOnnxFile(bytes([...part(5, tensor('b')), ...part(5, tensor('a'))])).weightFiles).toEqual([
    'a',
    'b',
  ])
  // A tensor that says its numbers are inside.
  expect(readOnnxFile(bytes(part(5, tensor('a', 0)))).weightFiles).toEqual([])
  const inFunction = [...bytes([]), ...wide(25, part(7, part(5, part(5, tensor('a')))))]
  expect(readOnnxFile(Uint8Array.from(inFunction)).weightFiles).toEqual(['a'])
})

test('readOnnxFile steps over numbers of any width, negative ones too', () => {
  const bytes = changed(halvesModel(), (proto) => {
    proto.irVersion = -1
  })
  // Field 100: a 64-bit number; field 101: a 32-bit number.
  const odd = new Uint8Array([0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xad, 6, 1, 2, 3, 4])
  expect(readOnnxFile(new Uint8Array([...odd, ...bytes])).nodes).toEqual(readOnnxFile(bytes).nodes)
})

test('readOnnxFile refuses what is no ONNX file, or is cut short, in one line', () => {
  const ours = ourModel()
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(), /^a\.onnx: not an ONNX model, the file is empty$/],
    [new TextEncoder().encode('path,label\na.jpg,1\n'), /^a\.onnx: not an ONNX model, .+$/],
    [new TextEncoder().encode('<!DOCTYPE html><html></html>'), /^a\.onnx: not an ONNX model, .+$/],
    [
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46]),
      /^a\.onnx: not an ONNX model, .+$/,
    ],
    [new Uint8Array(100), /^a\.onnx: not an ONNX model, byte 1 makes no sense there$/],
    [new Uint8Array(20).fill(0xff), /^a\.onnx: not an ONNX model, byte 10 makes no sense there$/],
    [new Uint8Array([8, 8]), /^a\.onnx: not an ONNX model, it holds no graph$/],
    [
      ours.subarray(0, ours.length >> 1),
      /^a\.onnx: not an ONNX model, or it is cut short \(\d+ bytes should follow, got \d+\)$/,
    ],
    [
      ours.subarray(0, ours.length - 1),
      /^a\.onnx: not an ONNX model, or it is cut short \(\d+ bytes should follow, got \d+\)$/,
    ],
    // A length of 2³¹, which as a signed number of 32 bits would lead backwards.
    [
      new Uint8Array([0x0a, 0x80, 0x80, 0x80, 0x80, 8, 1]),
      /^a\.onnx: not an ONNX model, or it is cut short \(2147483648 bytes should follow, got 1\)$/,
    ],
    [new Uint8Array([0xa1, 6, 1]), /^a\.onnx: not an ONNX model, or it is cut short$/],
  ]
  for (const [bytes, message] of cases) {
    expect(() => readOnnxFile(bytes, { name: 'a.onnx' })).toThrow(DataError)
    expect(() => readOnnxFile(bytes, { name: 'a.onnx' })).toThrow(message)
  }
})
