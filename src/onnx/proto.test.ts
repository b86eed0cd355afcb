import { expect, it } from 'vitest'
import { add, constant, input } from '../graph/index.ts'
import { decodeModel, emit, encodeModel } from './index.ts'

const x = input('x', [2, 3])
const bytes = emit({ y: add(x, constant([1, 2, 3], [3])) }, { name: 'small', metadata: { licence: 'MIT' } })

it('decodeModel reads what emit wrote', () => {
  const model = decodeModel(bytes)
  expect(model).toMatchObject({
    irVersion: 8,
    producerName: 'steradian',
    opsetImport: [{ domain: '', version: 18 }],
    metadataProps: [{ key: 'licence', value: 'MIT' }],
  })
  expect(model.graph.node.map((node) => node.opType)).toEqual(['Add'])
  const [stored] = model.graph.initializer
  expect(stored).toMatchObject({ dims: [3], dataType: 1 })
  expect(new Float32Array(stored!.rawData.slice().buffer)).toEqual(Float32Array.of(1, 2, 3))
})

it('decodeModel and encodeModel are inverse to each other', () => {
  expect(encodeModel(decodeModel(bytes))).toEqual(bytes)
})

it('the bytes of a field are those of the format: field 1, varint, the IR version', () => {
  expect(Array.from(bytes.slice(0, 2))).toEqual([0x08, 8])
})

it('raw data are plain Uint8Arrays whether a file was read as a Buffer or not', () => {
  const [stored] = decodeModel(Buffer.from(bytes)).graph.initializer
  expect(Object.getPrototypeOf(stored!.rawData)).toBe(Uint8Array.prototype)
  expect(new Float32Array(stored!.rawData.slice().buffer)).toEqual(Float32Array.of(1, 2, 3))
  expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
})

it.each([
  ['nothing', new Uint8Array(0)],
  ['text', new TextEncoder().encode('this is a text file, not a model\n')],
  ['half a model', bytes.slice(0, bytes.length / 2)],
  ['zeros', new Uint8Array(64)],
])('decodeModel refuses %s', (_, wrong) => {
  expect(() => decodeModel(wrong)).toThrow(Error)
})
