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
}

/** Numbers of the fields that are read, by message (onnx.proto3). */
const MODEL = { graph: 7, metadata: 14 }
const GRAPH = { node: 1 }
const NODE = { input: 1, output: 2, type: 4 }
const ENTRY = { key: 1, value: 2 }

/**
 * Reads metadata and node names from the bytes of an ONNX file. Weights are stepped over, not decoded, so that a large file
 * costs no more than a small one.
 * @throws DataError `name: …` when the bytes are no ONNX file or are cut short
 */
export function readOnnxFile(bytes: Uint8Array, { name = 'model' } = {}): OnnxFile {
  const metadata = new Map<string, string>()
  const nodes: OnnxFile['nodes'][number][] = []
  let hasGraph = false
  try {
    if (bytes.length === 0) throw new RangeError('the file is empty')
    for (const [field, content] of fields(bytes)) {
      if (field === MODEL.metadata) {
        const entry = new Map(fields(content))
        metadata.set(text(entry.get(ENTRY.key)), text(entry.get(ENTRY.value)))
      }
      if (field !== MODEL.graph) continue
      hasGraph = true
      for (const [part, node] of fields(content)) if (part === GRAPH.node) nodes.push(readNode(node))
    }
    if (!hasGraph) throw new RangeError('it holds no graph')
  } catch (error) {
    if (error instanceof RangeError) throw new DataError(`${name}: not an ONNX model, ${error.message}`)
    throw error
  }
  return { metadata, nodes }
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

const text = (bytes: Uint8Array = new Uint8Array()): string => new TextDecoder().decode(bytes)

/** The fields of a protobuf message that have a length (texts, bytes, messages), in order; numbers are stepped over. */
function* fields(bytes: Uint8Array): Generator<[number, Uint8Array]> {
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
    if (wire === 0) varint()
    else if (wire === 1) at += 8
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
