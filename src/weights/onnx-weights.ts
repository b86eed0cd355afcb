import { DataError } from '../errors.ts'
import { decodeModel, type NodeProto, type TensorProto } from '../onnx/index.ts'
import { decodeNumbers, numberFormats } from './number-formats.ts'
import { checkNumbers } from './safetensors.ts'
import type { FileLayer, FileTensor, Part, WeightFile } from './weight-file.ts'

/** ONNX's number of each type of weights, by safetensors' names. */
const types: Readonly<Record<number, string>> = { 1: 'F32', 10: 'F16', 11: 'F64', 16: 'BF16' }

/** What this package adds to a variance. */
const ourEpsilon = 1e-5

/**
 * Reads the initialisers of an ONNX model, and from its nodes the layers that they belong to, in the order in which they run.
 * @throws DataError naming `where` when the bytes are none
 */
export function readOnnxWeights(bytes: Uint8Array, where: string): WeightFile {
  let graph: ReturnType<typeof decodeModel>['graph']
  try {
    graph = decodeModel(bytes).graph
  } catch {
    const begins = JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 16)))
    throw new DataError(`${where}: not an ONNX model, or one cut short, it begins with ${begins}`)
  }
  const tensors = new Map<string, FileTensor>()
  for (const proto of graph.initializer) {
    const tensor = tensorOf(proto, where)
    if (tensor) tensors.set(proto.name, tensor)
  }
  const known = new Map<string, FileTensor>(tensors)
  const layers: FileLayer[] = []
  for (const node of graph.node) {
    // Exporters let a name that is used twice pass through Identity, or a slope through Unsqueeze.
    const behind = known.get(node.input[0] ?? '')
    if ((node.opType === 'Identity' || node.opType === 'Unsqueeze') && behind && node.output[0])
      known.set(node.output[0], behind)
    const variance = node.opType === 'BatchNormalization' ? known.get(node.input[4] ?? '') : undefined
    if (variance) {
      // With what this package adds to it the sum is the same.
      const own = raised(variance, numberIn(node, 'epsilon', ourEpsilon) - ourEpsilon)
      known.set(node.input[4]!, own)
      if (tensors.has(variance.name)) tensors.set(variance.name, own)
    }
    const layer = layerOf(node, known)
    if (layer) layers.push(layer)
    else if (node.opType === 'Add') joinBias(layers, node, known)
  }
  return { where, tensors, layers }
}

function tensorOf({ name, dims, dataType, rawData, floatData, dataLocation }: TensorProto, where: string) {
  const dtype = types[dataType]
  const format = dtype === undefined ? undefined : numberFormats[dtype]
  // Whole numbers are sizes and places, not weights.
  if (!format) return null
  const shape = dims.map(Number)
  const count = shape.reduce((n, size) => n * size, 1)
  const read = async (): Promise<Float32Array> => {
    if (dataLocation === 1)
      throw new DataError(`${where}: weights must lie in the file itself, got ${name} in one beside it`)
    const given = floatData && floatData.length > 0 ? floatData.length : rawData.length / format.bytes
    if (given !== count)
      throw new DataError(`${where}: ${name} [${shape}] holds ${count} numbers, got ${given}`)
    const values = floatData && floatData.length > 0 ? Float32Array.from(floatData) : new Float32Array(count)
    if (!floatData || floatData.length === 0) decodeNumbers(rawData, { format, into: values, start: 0 })
    return checkNumbers(values, `${where}: ${name}`)
  }
  return { name, shape, read } satisfies FileTensor
}

/** What a node does as a layer with weights of its own; null where it is none. */
function layerOf(node: NodeProto, known: ReadonlyMap<string, FileTensor>) {
  const { opType, input, output } = node
  const of = (place: number): FileTensor | undefined => known.get(input[place] ?? '')
  const layer = (kind: FileLayer['kind'], parts: Partial<Record<Part, FileTensor | number | undefined>>) =>
    ({
      kind,
      name: output[0] ?? '',
      parts: Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)),
    }) as FileLayer
  const weight = of(1)
  switch (opType) {
    case 'Conv':
      return weight ? layer('linear', { weight, bias: of(2) }) : null
    case 'Gemm':
      return weight
        ? layer('linear', { weight: numberIn(node, 'transB', 0) ? weight : transposed(weight), bias: of(2) })
        : null
    case 'MatMul':
      return weight?.shape.length === 2 ? layer('linear', { weight: transposed(weight) }) : null
    case 'BatchNormalization':
      return layer('norm', {
        weight,
        bias: of(2),
        mean: of(3),
        variance: of(4),
      })
    case 'PRelu':
      return layer('slope', { slope: weight })
    case 'Relu':
      return layer('slope', { slope: 0 })
    case 'LeakyRelu':
      return layer('slope', { slope: numberIn(node, 'alpha', 0.01) })
    default:
      return null
  }
}

/** A number among a node's attributes. */
function numberIn({ attribute }: NodeProto, name: string, usual: number): number {
  const found = attribute.find((each) => each.name === name)
  return found ? found.f || Number(found.i) || 0 : usual
}

/** A bias that is added behind a matrix product belongs to it. */
function joinBias(
  layers: FileLayer[],
  { input, output }: NodeProto,
  known: ReadonlyMap<string, FileTensor>,
): void {
  const last = layers.at(-1)
  if (last?.kind !== 'linear' || last.parts.bias !== undefined || !input.includes(last.name)) return
  const bias = known.get(input.find((name) => name !== last.name) ?? '')
  if (bias) layers[layers.length - 1] = { ...last, name: output[0] ?? '', parts: { ...last.parts, bias } }
}

const transposed = ({ name, shape, read }: FileTensor): FileTensor => ({
  name,
  shape: [...shape].reverse(),
  read: async () => {
    const [values, [rows, columns]] = [await read(), shape as [number, number]]
    const turned = new Float32Array(values.length)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j]!
    return turned
  },
})

const raised = (tensor: FileTensor, by: number): FileTensor =>
  Math.abs(by) < 1e-9
    ? tensor
    : { ...tensor, read: async () => (await tensor.read()).map((value) => value + by) }
