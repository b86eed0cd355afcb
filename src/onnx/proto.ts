import protobuf from 'protobufjs/light.js'

const field = (id: number, type: string, rule?: 'repeated'): protobuf.IField =>
  rule ? { id, type, rule } : { id, type }
const message = (fields: Record<string, protobuf.IField>): protobuf.IType => ({ fields })

/** The part of ONNX's protobuf schema (onnx.proto3) that is read or written here; unknown fields are skipped. */
const root = protobuf.Root.fromJSON({
  nested: {
    Attribute: message({
      name: field(1, 'string'),
      f: field(2, 'float'),
      i: field(3, 'int64'),
      s: field(4, 'bytes'),
      t: field(5, 'TensorValue'),
      floats: field(7, 'float', 'repeated'),
      ints: field(8, 'int64', 'repeated'),
      type: field(20, 'int32'),
    }),
    Node: message({
      input: field(1, 'string', 'repeated'),
      output: field(2, 'string', 'repeated'),
      name: field(3, 'string'),
      opType: field(4, 'string'),
      attribute: field(5, 'Attribute', 'repeated'),
      domain: field(7, 'string'),
    }),
    TensorValue: message({
      dims: field(1, 'int64', 'repeated'),
      dataType: field(2, 'int32'),
      floatData: field(4, 'float', 'repeated'),
      name: field(8, 'string'),
      rawData: field(9, 'bytes'),
      dataLocation: field(14, 'int32'),
    }),
    Dimension: message({ dimValue: field(1, 'int64'), dimParam: field(2, 'string') }),
    TensorShape: message({ dim: field(1, 'Dimension', 'repeated') }),
    TensorType: message({ elemType: field(1, 'int32'), shape: field(2, 'TensorShape') }),
    ValueType: message({ tensorType: field(1, 'TensorType') }),
    ValueInfo: message({ name: field(1, 'string'), type: field(2, 'ValueType') }),
    Graph: message({
      node: field(1, 'Node', 'repeated'),
      name: field(2, 'string'),
      initializer: field(5, 'TensorValue', 'repeated'),
      input: field(11, 'ValueInfo', 'repeated'),
      output: field(12, 'ValueInfo', 'repeated'),
    }),
    OperatorSet: message({ domain: field(1, 'string'), version: field(2, 'int64') }),
    Entry: message({ key: field(1, 'string'), value: field(2, 'string') }),
    Model: message({
      irVersion: field(1, 'int64'),
      producerName: field(2, 'string'),
      producerVersion: field(3, 'string'),
      graph: field(7, 'Graph'),
      opsetImport: field(8, 'OperatorSet', 'repeated'),
      metadataProps: field(14, 'Entry', 'repeated'),
    }),
  },
})

const model = root.lookupType('Model')

export interface AttributeProto {
  name: string
  /** 1 float, 2 int, 3 string, 7 ints. */
  type: number
  f?: number
  i?: number
  s?: Uint8Array
  ints?: number[]
}

export interface NodeProto {
  input: string[]
  output: string[]
  name: string
  opType: string
  domain?: string
  attribute: AttributeProto[]
}

export interface TensorProto {
  name: string
  dims: number[]
  dataType: number
  rawData: Uint8Array
  /** Numbers of older writers, which have no raw data then. */
  floatData?: number[]
  /** 1 where the numbers lie in a file beside the model. */
  dataLocation?: number
}

export interface ValueInfoProto {
  name: string
  type: { tensorType: { elemType: number; shape?: { dim: { dimValue?: number; dimParam?: string }[] } } }
}

export interface ModelProto {
  irVersion: number
  producerName: string
  producerVersion: string
  graph: {
    name: string
    node: NodeProto[]
    initializer: TensorProto[]
    input: ValueInfoProto[]
    output: ValueInfoProto[]
  }
  opsetImport: { domain: string; version: number }[]
  metadataProps: { key: string; value: string }[]
}

// In Node protobufjs reads and writes Buffers, whose slice() shares memory where that of a Uint8Array copies.
const plain = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The bytes of an ONNX file. */
export function encodeModel(proto: ModelProto): Uint8Array {
  return plain(model.encode(model.fromObject(proto)).finish())
}

/** Reads an ONNX file; raw data are views of `bytes`. @throws Error when it is none */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const decoded = model.toObject(model.decode(plain(bytes)), { longs: Number, defaults: true, arrays: true })
  if (!decoded.graph || decoded.opsetImport.length === 0)
    throw new Error('the bytes hold no graph and operator set')
  return decoded as ModelProto
}
