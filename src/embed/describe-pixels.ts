import { DataError, UsageError } from '../errors.ts'
import type { Size } from '../image/warp.ts'
import type { PortInfo } from '../runtime/session.ts'
import { agree, oneOf } from './agree.ts'
import type { GivenDescription } from './given-description.ts'
import type { PixelFormat } from './network-input.ts'
import type { OnnxFile } from './onnx-file.ts'
import { shapeText, sizeOf, sizeText } from './shape-text.ts'

interface Sources {
  /** What errors call the model. */
  readonly name: string
  readonly file: OnnxFile
  readonly given: GivenDescription
  /** Takes note of a guess, and gives it back. */
  readonly guess: <T extends string | number>(what: string, value: T, why: string) => T
}

/**
 * How the input `port` takes pixels, and how many images at once where that is fixed.
 * @throws DataError, UsageError as `describeModel` does
 */
export function describePixels(
  port: PortInfo,
  sources: Sources,
): PixelFormat & { readonly batch: number | undefined } {
  const { name, file, given, guess } = sources
  const { type } = port
  if (type !== 'float32' && type !== 'uint8')
    throw new DataError(
      `${name}: expected an input of float32 or uint8, got ${port.name} ${type} ${shapeText(port)}`,
    )
  if (port.shape.length === 2 && type === 'float32')
    throw new DataError(
      `${name}: takes vectors, not pictures (steradian embed --vectors), got ${port.name} ${shapeText(port)} as input`,
    )
  if (port.shape.length !== 4)
    throw new DataError(`${name}: expected pictures of 4 axes as input, got ${port.name} ${shapeText(port)}`)
  const [batch, ...axes] = port.shape.map((axis) => (typeof axis === 'number' && axis > 0 ? axis : undefined))
  const layout = layoutOf(port, axes, sources)
  const size = sizeFrom(port, layout === 'nchw' ? [axes[1], axes[2]] : [axes[0], axes[1]], sources)
  const { metadata } = file
  const channels =
    agree<'rgb' | 'bgr'>(name, 'channels', {
      metadata:
        oneOf(name, metadata, 'channels', ['rgb', 'bgr']) ??
        (metadata.has('steradian.version') ? 'rgb' : undefined),
      given: given.channels,
    }) ?? guess('channels', 'rgb', 'nothing says so')
  return { ...size, batch, type, layout, channels, ...scaling(port, sources) }
}

function layoutOf(
  port: PortInfo,
  axes: readonly (number | undefined)[],
  { name, file, given, guess }: Sources,
): 'nchw' | 'nhwc' {
  // Layouts whose axis of channels is 3 or free; one whose axis is 3 goes before one whose axis is free.
  const all = [
    ['nchw', axes[0]],
    ['nhwc', axes[2]],
  ] as const
  const fit = all.filter(([, axis]) => axis === undefined || axis === 3)
  const sure = fit.filter(([, axis]) => axis === 3)
  if (fit.length === 0)
    throw new DataError(
      `${name}: expected pictures of 3 channels as input, got ${port.name} ${shapeText(port)}`,
    )
  return (
    agree(name, 'layout', {
      file: fit.length === 1 ? fit[0]![0] : sure.length === 1 ? sure[0]![0] : undefined,
      fileSays: `input is ${shapeText(port)}`,
      metadata: oneOf(name, file.metadata, 'layout', ['nchw', 'nhwc']),
      given: given.layout,
    }) ?? guess('layout', 'nchw', `the input is ${shapeText(port)}`)
  )
}

function sizeFrom(
  port: PortInfo,
  [high, wide]: readonly (number | undefined)[],
  { name, file, given }: Sources,
): Size {
  const fileSays = `input is ${shapeText(port)}`
  const said = file.metadata.get('steradian.input')
  const text = agree(name, 'input', {
    file: high && wide ? sizeText({ height: high, width: wide }) : undefined,
    fileSays,
    metadata: said,
    given: given.input,
  })
  if (text === undefined)
    throw new DataError(`${name}: ${fileSays}, height and width are free, say them with --input HEIGHTxWIDTH`)
  const size = sizeOf(text)
  if (!size) {
    const expected = 'expected HEIGHTxWIDTH in pixels, such as 112x96'
    throw said === undefined
      ? new UsageError(`--input: ${expected}, got ${text}`)
      : new DataError(`${name}: steradian.input: ${expected}, got ${text}`)
  }
  if ((high ?? size.height) !== size.height || (wide ?? size.width) !== size.width)
    throw new DataError(
      `${name}: ${fileSays}, got ${said === undefined ? '--input' : 'steradian.input'} ${text}`,
    )
  return size
}

function scaling(port: PortInfo, { name, file, given, guess }: Sources): Pick<PixelFormat, 'mean' | 'scale'> {
  const mean = threeOf('mean', given.mean)
  const scale = threeOf('scale', given.scale)
  if (scale?.includes(0)) throw new UsageError(`--scale: expected numbers other than 0, got ${given.scale}`)
  if (port.type === 'uint8') {
    const asIs = 'input is uint8, which takes pixels as they are'
    if (mean?.some((value) => value !== 0)) throw new DataError(`${name}: ${asIs}, got --mean ${given.mean}`)
    if (scale?.some((value) => value !== 1))
      throw new DataError(`${name}: ${asIs}, got --scale ${given.scale}`)
    return { mean: [0, 0, 0], scale: [1, 1, 1] }
  }
  const inside = firstArithmetic(port.name, file.nodes)
  const why = inside ? `the model itself begins with ${inside}` : 'nothing says so'
  return {
    mean: mean ?? threeOf('mean', [guess('mean', inside ? 0 : 127.5, why)])!,
    scale: scale ?? threeOf('scale', [guess('scale', inside ? 1 : 128, why)])!,
  }
}

function threeOf(key: string, values: readonly number[] | undefined): [number, number, number] | undefined {
  if (values === undefined) return undefined
  if (!(values.length === 1 || values.length === 3) || !values.every(Number.isFinite))
    throw new UsageError(`--${key}: expected one number or three, got ${values}`)
  return [values[0]!, values.at(-2) ?? values[0]!, values.at(-1)!]
}

/** The operator by which a model scales its pixels itself, if that is how its graph begins. */
function firstArithmetic(input: string, nodes: OnnxFile['nodes']): string | undefined {
  let value = input
  for (;;) {
    const readers = nodes.filter((node) => node.inputs.includes(value))
    const [reader] = readers
    if (reader === undefined || readers.length !== 1) return undefined
    if (['Sub', 'Add', 'Mul', 'Div'].includes(reader.type)) return reader.type
    if (!['Identity', 'Cast', 'Transpose'].includes(reader.type)) return undefined
    value = reader.outputs[0]!
  }
}
