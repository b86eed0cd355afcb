import { ShapeError } from '../errors.ts'
import {
  dtypeCode,
  elementCount,
  type Op,
  type Tensor,
  topologicalOrder,
  withoutKeeping,
} from '../graph/index.ts'
import { anyBatch, holdsAnyBatch } from './any-batch.ts'
import { constantPool, rawBytes, tensorProto } from './constant-pool.ts'
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
  /** Values of parameters and kept tensors that are stored in the file; the others become inputs. */
  readonly values?: ReadonlyMap<string, ArrayLike<number>>
  /** What the file says of itself (metadata_props). */
  readonly metadata?: Readonly<Record<string, string>>
}

const opset = 18
const irVersion = 8

/**
 * Writes the graph of `outputs` as one ONNX model (operator set 18). Inputs, scheduled scalars, random numbers, and parameters
 * and kept tensors without a value become inputs in the order of the graph; equal subgraphs are written once, and what `keeping`
 * says of a next value is not written. An axis of `anyBatch` is free, named N.
 * @throws ShapeError when two leaves, or a leaf and an output, share a name, a value does not fit its parameter, or an
 * operator cannot leave the batch free
 */
export function emit(
  graph: Readonly<Record<string, Tensor>>,
  { name, values, metadata = {} }: EmitOptions,
): Uint8Array {
  const outputs = withoutKeeping(graph)
  const order = topologicalOrder(Object.values(outputs))
  const fresh = freshNames(takenNames(order, Object.keys(outputs)))
  const pool = constantPool(() => fresh('c'))
  const names = new Map<Tensor, string>()
  const written = new Map<string, string>()
  const node: NodeProto[] = []
  const parameters: TensorProto[] = []
  const input: ValueInfoProto[] = []
  const domains = new Set<string>()

  const write = (op: Op, inputs: string[], id: string): void => {
    node.push({
      name: `${op.type}_${node.length}`,
      opType: op.type,
      domain: op.domain ?? '',
      input: inputs,
      output: [id],
      attribute: Object.entries(op.attributes ?? {}).map(([key, value]) => attributeProto(key, value)),
    })
  }

  // A node whose tensor is an output bears its name: an identity behind it would copy.
  const outputNames = new Map<Tensor, string>()
  for (const [outputName, tensor] of Object.entries(outputs))
    if (!outputNames.has(tensor)) outputNames.set(tensor, outputName)

  for (const tensor of order) {
    const { leaf, op } = tensor
    if (leaf?.kind === 'constant') {
      names.set(tensor, pool.add(leaf.data, tensor.shape, tensor.dtype))
    } else if (leaf) {
      names.set(tensor, leaf.name)
      const value = leaf.kind === 'parameter' || leaf.kind === 'kept' ? values?.get(leaf.name) : undefined
      if (value) parameters.push(parameterProto(leaf.name, tensor, value))
      else input.push(valueInfo(leaf.name, tensor))
    } else if (op) {
      if (op.domain) domains.add(op.domain)
      const operands = (op.operands ?? []).map((operand) =>
        pool.add(freeOperand(operand, op), [operand.length], 'int64'),
      )
      const inputs = [...tensor.inputs.map((x) => names.get(x)!), ...operands]
      const key = JSON.stringify([op.domain, op.type, op.attributes, inputs])
      const id = written.get(key) ?? outputNames.get(tensor) ?? fresh('t')
      if (!written.has(key)) write(op, inputs, id)
      written.set(key, id)
      names.set(tensor, id)
    }
  }

  const output = Object.entries(outputs).map(([outputName, tensor]) => {
    // An output that is a leaf, or that has another output's tensor, is a copy.
    if (names.get(tensor) !== outputName) write(identity, [names.get(tensor)!], outputName)
    return valueInfo(outputName, tensor)
  })

  return encodeModel({
    irVersion,
    producerName: 'steradian',
    producerVersion: '',
    graph: { name, node, initializer: [...pool.initializer, ...parameters], input, output },
    opsetImport: [{ domain: '', version: opset }, ...[...domains].map((domain) => ({ domain, version: 1 }))],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  })
}

const identity: Op = { type: 'Identity', infer: (x) => ({ shape: x!.shape, dtype: x!.dtype }), vjp: null }

/** The names of leaves and outputs, each once. @throws ShapeError */
function takenNames(order: readonly Tensor[], outputNames: readonly string[]): Set<string> {
  const taken = new Set<string>()
  for (const { leaf } of order) {
    if (!leaf || leaf.kind === 'constant') continue
    if (taken.has(leaf.name)) throw new ShapeError(`emit: two leaves are named ${leaf.name}`)
    taken.add(leaf.name)
  }
  for (const name of outputNames) {
    if (taken.has(name)) throw new ShapeError(`emit: a leaf and an output are named ${name}`)
    taken.add(name)
  }
  return taken
}

/** Gives out numbered names that are not taken. */
function freshNames(taken: ReadonlySet<string>): (prefix: string) => string {
  const next = new Map<string, number>()
  return (prefix) => {
    let i = next.get(prefix) ?? 0
    while (taken.has(`${prefix}${i}`)) i++
    next.set(prefix, i + 1)
    return `${prefix}${i}`
  }
}

/** A reshape leaves the size of the axis that holds a free batch to the runtime (−1 in ONNX). @throws ShapeError */
function freeOperand(operand: readonly number[], { type }: Op): readonly number[] {
  const holding = operand.filter(holdsAnyBatch).length
  if (holding === 0) return operand
  if (type !== 'Reshape' || holding > 1) throw new ShapeError(`emit: ${type} cannot leave the batch free`)
  return operand.map((size) => (holdsAnyBatch(size) ? -1 : size))
}

function parameterProto(name: string, { shape, dtype }: Tensor, value: ArrayLike<number>): TensorProto {
  if (value.length !== elementCount(shape))
    throw new ShapeError(
      `emit: parameter ${name} [${shape}] needs ${elementCount(shape)} values, got ${value.length}`,
    )
  return tensorProto(name, shape, dtype, rawBytes(value, dtype))
}

function valueInfo(name: string, { shape, dtype }: Tensor): ValueInfoProto {
  // Merged with another axis the batch has no name: the size is then left out.
  const dim = shape.map((size) =>
    size === anyBatch ? { dimParam: 'N' } : holdsAnyBatch(size) ? {} : { dimValue: size },
  )
  return { name, type: { tensorType: { elemType: dtypeCode(dtype), shape: { dim } } } }
}

function attributeProto(name: string, value: number | string | readonly number[]): AttributeProto {
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) }
  if (typeof value !== 'number') return { name, type: 7, ints: [...value] }
  return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value }
}
