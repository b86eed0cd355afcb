import { DataError } from '../errors.ts'
import type { TemplateName } from '../image/align.ts'
import type { Session } from '../runtime/session.ts'
import { agree, oneOf } from './agree.ts'
import { chooseOutput } from './choose-output.ts'
import { describePixels } from './describe-pixels.ts'
import type { Flip } from './fuse.ts'
import type { GivenDescription } from './given-description.ts'
import type { PixelFormat } from './network-input.ts'
import type { OnnxFile } from './onnx-file.ts'
import { shapeText, sizeText } from './shape-text.ts'

/** All that is needed to feed a model and to read it. */
export interface ModelDescription extends PixelFormat {
  /** What errors call the model. */
  readonly name: string
  readonly inputName: string
  readonly outputName: string
  /** How many images a run must have, where the file fixes it. */
  readonly batch: number | undefined
  /** The length of one feature, where the file says it. */
  readonly dimensions: number | undefined
  readonly flip: Flip
  /** Whether the file fuses image and mirror image itself; if not, and `flip` is not `none`, each image is run twice. */
  readonly isFused: boolean
  readonly alignment: TemplateName
  /** What was read (`read: …`) and guessed (`guessed: …`) where the file does not describe itself, a line each. */
  readonly notes: readonly string[]
  /** What the file says of itself. */
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * Decides how a model is fed and read: by its inputs and outputs, by its metadata (`steradian.input`, `.alignment`,
 * `.flip`, `.channels`, `.layout`), by what the user says, and, where all are silent, by what is usual; a guess is noted.
 * @throws DataError `name: …` for a model that takes no pictures or gives no [N, D], and where two of them contradict
 * @throws UsageError for a scale of 0, and for other than one or three numbers
 */
export function describeModel(
  { inputs, outputs }: Pick<Session, 'inputs' | 'outputs'>,
  file: OnnxFile,
  { name = 'model', ...given }: GivenDescription & { readonly name?: string } = {},
): ModelDescription {
  const { metadata } = file
  const [port] = inputs
  if (port === undefined || inputs.length !== 1)
    throw new DataError(
      `${name}: expected one input, got ${inputs.length} (${inputs.map((input) => input.name).join(', ')})`,
    )
  const { output, why } = chooseOutput(outputs, { name })
  const notes: string[] = []
  if (!metadata.has('steradian.version')) {
    notes.push(`read: input ${port.type} ${shapeText(port)}, output ${output.name} ${shapeText(output)}`)
    if (why) notes.push(`guessed: output ${output.name} (${why})`)
  }
  const guess = <T extends string | number>(what: string, value: T, reason: string): T => {
    notes.push(`guessed: ${what} ${value} (${reason})`)
    return value
  }

  const pixels = describePixels(port, { name, file, given, guess })
  const alignment =
    agree<TemplateName>(name, 'alignment', {
      metadata: oneOf(name, metadata, 'alignment', ['sphereface', 'arcface']),
      given: given.alignment,
    }) ??
    guess(
      'alignment',
      pixels.height === pixels.width ? 'arcface' : 'sphereface',
      `the input is ${sizeText(pixels)}`,
    )
  const exported = oneOf(name, metadata, 'flip', ['none', 'concat', 'sum'])
  const isFused = exported !== undefined && exported !== 'none'
  if (isFused && given.flip !== undefined && given.flip !== exported)
    throw new DataError(
      `${name}: fuses image and mirror image itself (${exported}), got --flip ${given.flip}`,
    )
  // A file that says `none` is run on the image alone, but nothing in it stands against a fusion outside.
  const flip = given.flip ?? exported ?? guess('flip', 'concat', 'nothing says so')
  const dimensions = output.shape[1]
  return {
    ...pixels,
    name,
    inputName: port.name,
    outputName: output.name,
    dimensions: typeof dimensions === 'number' && dimensions > 0 ? dimensions : undefined,
    flip,
    isFused,
    alignment,
    notes,
    metadata,
  }
}
