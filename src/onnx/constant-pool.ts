import { type Dtype, dtypeCode, type Shape } from '../graph/index.ts'
import type { TensorProto } from './proto.ts'

/** The constants of a file while it is written. */
export interface ConstantPool {
  readonly initializer: TensorProto[]
  /** Name of a constant of these values; equal constants have one name. */
  add(data: ArrayLike<number>, shape: Shape, dtype: Dtype): string
}

/** An empty pool that takes names from `fresh`. */
export function constantPool(fresh: () => string): ConstantPool {
  const initializer: TensorProto[] = []
  const alike = new Map<string, TensorProto[]>()
  return {
    initializer,
    add: (data, shape, dtype) => {
      const rawData = rawBytes(data, dtype)
      const key = `${dtype}[${shape}] ${hash(rawData)}`
      const bucket = alike.get(key) ?? []
      const known = bucket.find((other) => sameBytes(other.rawData, rawData))
      if (known) return known.name
      const proto = tensorProto(fresh(), shape, dtype, rawData)
      initializer.push(proto)
      alike.set(key, [...bucket, proto])
      return proto.name
    },
  }
}

/** A stored tensor as ONNX writes it. */
export const tensorProto = (name: string, shape: Shape, dtype: Dtype, rawData: Uint8Array): TensorProto => ({
  name,
  dims: [...shape],
  dataType: dtypeCode(dtype),
  rawData,
})

/** Numbers as little-endian bytes of a dtype. */
export function rawBytes(data: ArrayLike<number>, dtype: Dtype): Uint8Array {
  if (dtype === 'int64') return bytes(BigInt64Array.from({ length: data.length }, (_, i) => BigInt(data[i]!)))
  if (dtype === 'int32') return bytes(Int32Array.from(data))
  if (dtype === 'float32') return bytes(data instanceof Float32Array ? data : Float32Array.from(data))
  return Uint8Array.from(data)
}

const bytes = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)

/** FNV-1a, to find equal constants among many quickly. */
function hash(data: Uint8Array): number {
  let h = 0x811c9dc5
  for (let i = 0; i < data.length; i++) h = Math.imul(h ^ data[i]!, 0x01000193)
  return h >>> 0
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
