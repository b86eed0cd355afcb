import { DataError } from '../errors.ts'

/** What an ONNX file says that a compiled session does not tell. */
export interface OnnxFile {
  /** The file's own description (metadata_props). */
  readonly metadata: ReadonlyMap<string, string>
  /** The nodes of the graph, in the file's order, which is an order of evaluation. */
  readonly nodes: readonly {
    readonly type: string
    readonly inputs: readonly string[]
    readonly outputs: readonly string[]
  }[]
  /** Files beside it that hold weights, as their tensors name them (external_data): each once, sorted. */
  readonly weightFiles: readonly string[]
}

/** Numbers of the fields that are read, by message (onnx.proto3). */
const MODEL = { graph: 7, metadata: 14, function: 25 }
const GRAPH = { node: 1, initializer: 5, sparse: 15 }
const FUNCTION = { node: 7 }
const NODE = { input: 1, output: 2, type: 4, attribute: 5 }
const ATTRIBUTE = { tensor: 5, graph: 6, tensors: 10, graphs: 11, sparse: 22, sparses: 23 }
const SPARSE = { values: 1, indices: 2 }
const TENSOR = { external: 13, location: 14 }
const ENTRY = { key: 1, value: 2 }

/**
 * Reads metadata, nodes and the names of weight files from the bytes of an ONNX file. Weights are stepped over, not decoded, so that a large file
 * costs no more than a small one.
 * @throws DataError `name: …` when the bytes are no ONNX file or are cut short
 */
export function readOnnxFile(bytes: Uint8Array, { name = 'model' } = {}): OnnxFile {
  const metadata = new Map<string, string>()
  const nodes: OnnxFile['nodes'][number][] = []
  const weightFiles = new Set<string>()
  let hasGraph = false
  try {
    if (bytes.length === 0) throw new RangeError('the file is empty')
    for (const [field, content] of fields(bytes)) {
      if (field === MODEL.metadata) {
        const entry = entries(content)
        metadata.set(text(entry.get(ENTRY.key)), text(entry.get(ENTRY.value)))
      }
      if (field === MODEL.function)
        for (const [part, node] of fields(content)) if (part === FUNCTION.node) addOfNode(node, weightFiles)
      if (field !== MODEL.graph) continue
      hasGraph = true
      for (const [part, node] of fields(content)) if (part === GRAPH.node) nodes.push(readNode(node))
      addOfGraph(content, weightFiles)
    }
    if (!hasGraph) throw new RangeError('it holds no graph')
  } catch (error) {
    if (error instanceof RangeError) throw new DataError(`${name}: not an ONNX model, ${error.message}`)
    throw error
  }
  return { metadata, nodes, weightFiles: [...weightFiles].sort() }
}

function readNode(bytes: Uint8Array): OnnxFile['nodes'][number] {
  const [inputs, outputs] = [[] as string[], [] as string[]]
  let type = ''
  for (const [field, content] of fields(bytes)) {
    if (field === NODE.input) inputs.push(text(content))
    if (field === NODE.output) outputs.push(text(content))
    if (field === NODE.type) type = text(content)
  }
  return { type, inputs, outputs }
}

/** Adds the weight files that the tensors of a graph name, those of graphs within it too. */
function addOfGraph(graph: Uint8Array, files: Set<string>): void {
  for (const [field, content] of fields(graph)) {
    if (field === GRAPH.node) addOfNode(content, files)
    if (field === GRAPH.initializer) addOfTensor(content, files)
    if (field === GRAPH.sparse) addOfSparse(content, files)
  }
}

function addOfNode(node: Uint8Array, files: Set<string>): void {
  for (const [field, attribute] of fields(node)) {
    if (field !== NODE.attribute) continue
    for (const [part, content] of fields(attribute)) {
      if (part === ATTRIBUTE.tensor || part === ATTRIBUTE.tensors) addOfTensor(content, files)
      if (part === ATTRIBUTE.graph || part === ATTRIBUTE.graphs) addOfGraph(content, files)
      if (part === ATTRIBUTE.sparse || part === ATTRIBUTE.sparses) addOfSparse(content, files)
    }
  }
}

function addOfSparse(sparse: Uint8Array, files: Set<string>): void {
  for (const [field, tensor] of fields(sparse))
    if (field === SPARSE.values || field === SPARSE.indices) addOfTensor(tensor, files)
}

function addOfTensor(tensor: Uint8Array, files: Set<string>): void {
  let isOutside = false
  const named: string[] = []
  for (const [field, content, number] of fields(tensor, { withNumbers: true })) {
    if (field === TENSOR.location) isOutside = number === 1
    if (field !== TENSOR.external) continue
    const entry = entries(content)
    if (text(entry.get(ENTRY.key)) === 'location') named.push(text(entry.get(ENTRY.value)))
  }
  if (isOutside) for (const file of named) files.add(file)
}

const text = (bytes: Uint8Array = new Uint8Array()): string => new TextDecoder().decode(bytes)

const entries = (bytes: Uint8Array) => new Map(Array.from(fields(bytes), ([key, value]) => [key, value]))

const none = new Uint8Array()

/**
 * The fields of a protobuf message that have a length (texts, bytes, messages), in order; numbers are stepped over unless
 * they are asked for, and then whole numbers come third, with no bytes.
 */
function* fields(
  bytes: Uint8Array,
  { withNumbers = false } = {},
): Generator<[field: number, bytes: Uint8Array, number?: number]> {
  let at = 0
  const varint = (): number => {
    let value = 0
    // Products, not shifts: a length may pass 2³¹, and a negative number takes ten bytes.
    for (let scale = 1, n = 0; n < 10; scale *= 128, n++) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError('or it is cut short')
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw new RangeError(`byte ${at} makes no sense there`)
  }
  while (at < bytes.length) {
    const key = varint()
    const [field, wire] = [Math.floor(key / 8), key % 8]
    if (field === 0) throw new RangeError(`byte ${at} makes no sense there`)
    if (wire === 0) {
      const number = varint()
      if (withNumbers) yield [field, none, number]
    } else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else if (wire === 2) {
      const length = varint()
      if (at + length > bytes.length)
        throw new RangeError(`or it is cut short (${length} bytes should follow, got ${bytes.length - at})`)
      yield [field, bytes.subarray(at, at + length)]
      at += length
    } else throw new RangeError(`byte ${at} makes no sense there`)
    if (at > bytes.length) throw new RangeError('or it is cut short')
  }
}
