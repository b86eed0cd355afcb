import { ShapeError } from '../errors.ts'
import { dtypeCode, type Tensor, topologicalOrder } from '../graph/index.ts'
import {
  type AttributeProto,
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto.ts'

export interface EmitOptions {
  /** Name of the graph in the file. */
  readonly name: string
  /** Values of parameters that are stored in the file; the others become inputs. */
  readonly values?: ReadonlyMap<string, ArrayLike<number>>
  /** What the file says of itself (metadata_props). */
  readonly metadata?: Readonly<Record<string, string>>
  /** Size of the first axis that is left free in inputs, outputs and reshapes, named N in the file. */
  readonly freeBatch?: number
}

const opset = 18
const irVersion = 8

/**
 * Writes the graph of `outputs` as one ONNX model (operator set 18). Inputs, scheduled scalars and parameters without a
 * value become inputs in the order of the graph; equal subgraphs are written once.
 * @throws ShapeError when two leaves share a name
 */
export function emit(
  outputs: Readonly<Record<string, Tensor>>,
  { name, values, metadata = {}, freeBatch }: EmitOptions,
): Uint8Array {
  const names = new Map<Tensor, string>()
  const leaves = new Map<string, Tensor>()
  const unique = new Map<string, string>()
  const node: NodeProto[] = []
  const initializer: TensorProto[] = []
  const input: ValueInfoProto[] = []
  const domains = new Set<string>()

  const store = (data: ArrayLike<number>, like: Pick<Tensor, 'shape' | 'dtype'>, given?: string): string => {
    const rawData = rawBytes(data, like.dtype)
    const key = given ?? `${like.dtype}[${like.shape}]${Buffer.from(rawData).toString('latin1')}`
    const known = unique.get(key)
    if (known) return known
    const id = given ?? `c${initializer.length}`
    initializer.push({ name: id, dims: [...like.shape], dataType: dtypeCode(like.dtype), rawData })
    unique.set(key, id)
    return id
  }

  for (const tensor of topologicalOrder(Object.values(outputs))) {
    const { leaf, op } = tensor
    if (leaf?.kind === 'constant') {
      names.set(tensor, store(leaf.data, tensor))
    } else if (leaf) {
      if (leaves.has(leaf.name)) throw new ShapeError(`emit: two leaves are named ${leaf.name}`)
      leaves.set(leaf.name, tensor)
      names.set(tensor, leaf.name)
      const value = leaf.kind === 'parameter' ? values?.get(leaf.name) : undefined
      if (value) store(value, tensor, leaf.name)
      else input.push(valueInfo(leaf.name, tensor, freeBatch))
    } else if (op) {
      if (op.domain) domains.add(op.domain)
      const operands = (op.operands ?? []).map((operand) => {
        // A reshape that keeps a free first axis copies its size at run time (0 in ONNX).
        const free =
          op.type === 'Reshape' &&
          freeBatch !== undefined &&
          operand[0] === freeBatch &&
          tensor.inputs[0]!.shape[0] === freeBatch
        const numbers = free ? [0, ...operand.slice(1)] : operand
        return store(numbers, { shape: [numbers.length], dtype: 'int64' })
      })
      const inputs = [...tensor.inputs.map((x) => names.get(x)!), ...operands]
      const attribute = Object.entries(op.attributes ?? {}).map(([key, value]) => attributeProto(key, value))
      const key = JSON.stringify([op.domain, op.type, op.attributes, inputs])
      const known = unique.get(key)
      if (known) {
        names.set(tensor, known)
        continue
      }
      const id = `t${node.length}`
      node.push({
        name: `${op.type}_${node.length}`,
        opType: op.type,
        domain: op.domain ?? '',
        input: inputs,
        output: [id],
        attribute,
      })
      unique.set(key, id)
      names.set(tensor, id)
    }
  }

  // Outputs are named by identities, which the runtime removes: one tensor may be several outputs, or an input.
  const output = Object.entries(outputs).map(([outputName, tensor]) => {
    node.push({
      name: `output_${outputName}`,
      opType: 'Identity',
      domain: '',
      input: [names.get(tensor)!],
      output: [outputName],
      attribute: [],
    })
    return valueInfo(outputName, tensor, freeBatch)
  })

  return encodeModel({
    irVersion,
    producerName: 'steradian',
    producerVersion: '',
    graph: { name, node, initializer, input, output },
    opsetImport: [{ domain: '', version: opset }, ...[...domains].map((domain) => ({ domain, version: 1 }))],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  })
}

function valueInfo(name: string, { shape, dtype }: Tensor, freeBatch: number | undefined): ValueInfoProto {
  const dim = shape.map((size, axis) =>
    axis === 0 && freeBatch !== undefined && size === freeBatch ? { dimParam: 'N' } : { dimValue: size },
  )
  return { name, type: { tensorType: { elemType: dtypeCode(dtype), shape: { dim } } } }
}

function attributeProto(name: string, value: number | string | readonly number[]): AttributeProto {
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) }
  if (typeof value !== 'number') return { name, type: 7, ints: [...value] }
  return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value }
}

function rawBytes(data: ArrayLike<number>, dtype: Tensor['dtype']): Uint8Array {
  if (dtype === 'int64') return bytes(BigInt64Array.from({ length: data.length }, (_, i) => BigInt(data[i]!)))
  if (dtype === 'int32') return bytes(Int32Array.from(data))
  if (dtype === 'float32') return bytes(data instanceof Float32Array ? data : Float32Array.from(data))
  return Uint8Array.from(data)
}

const bytes = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)
