import { type Command, Option } from 'commander'
import { type GivenDescription, type ModelDescription, type OpenModel, openModel } from '../../embed/index.ts'
import { sizeText } from '../../embed/shape-text.ts'
import { UsageError } from '../../errors.ts'
import type { JsonObject } from '../../evaluate/index.ts'
import { parseSize } from '../size.ts'

/** What the options of `addModelOptions` say. */
export interface ModelFlags extends GivenDescription {
  readonly model: string
  readonly batch: number
  readonly threads: number
}

/**
 * Adds the options of a command that runs an embedding model: the file, what it does not say of itself, and how to run it.
 * `--model` must be given, unless the command says that it can do without one.
 */
export function addModelOptions(command: Command, { optional = false } = {}): Command {
  const model = new Option('--model <file>', "model.onnx of a run, or anybody's ONNX model")
  return command
    .addOption(optional ? model : model.makeOptionMandatory())
    .option('--input <HxW>', 'of a model that does not say it: height and width in pixels', (text) =>
      sizeText(parseSize(text, '--input')),
    )
    .option(
      '--mean <numbers>',
      'what is subtracted from 0 … 255: one number, or three as 104,117,123',
      numbers('mean'),
    )
    .option('--scale <numbers>', 'what the difference is divided by, likewise', numbers('scale'))
    .addOption(new Option('--channels <order>', 'order of the colours').choices(['rgb', 'bgr']))
    .addOption(new Option('--layout <order>', 'order of the axes').choices(['nchw', 'nhwc']))
    .addOption(
      new Option(
        '--flip <fusion>',
        'what becomes of the features of an image and its mirror image. A model of train says it: exported with concat or ' +
          'sum it fuses them itself, and takes no other; exported with none it is run on the image alone, or fused here as ' +
          'this option says. Of a model that does not say it, concat is guessed',
      ).choices(['concat', 'sum', 'none']),
    )
    .addOption(
      new Option('--alignment <template>', 'where the five points go').choices(['sphereface', 'arcface']),
    )
    .option('--batch <n>', 'images a run', whole('batch', 1, 4096), 32)
    .option('--threads <n>', 'threads of the arithmetic, 0 for all cores', whole('threads', 0, 1024), 0)
}

/** Opens the model that the options name, and says what was read and guessed. @throws DataError, UsageError */
export async function openGivenModel(flags: ModelFlags, say: (line: string) => void): Promise<OpenModel> {
  const { input, mean, scale, channels, layout, flip, alignment } = flags
  const given = { input, mean, scale, channels, layout, flip, alignment }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const model = await openModel(flags.model, { ...said, threads: flags.threads })
  for (const note of model.description.notes) say(`${flags.model}: ${note}`)
  return model
}

/** What a JSON report says of the model. */
export function modelFacts({ description, sha256, weights }: OpenModel): JsonObject {
  const { name, metadata, height, width, batch, dimensions, ...rest } = description satisfies ModelDescription
  return {
    file: name,
    sha256,
    ...(weights.length > 0 && { weights }),
    input: sizeText({ height, width }),
    batch: batch ?? null,
    dimensions: dimensions ?? null,
    ...rest,
    metadata: Object.fromEntries(metadata),
  }
}

function numbers(name: string): (text: string) => number[] {
  return (text) => {
    const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    if (!(values.length === 1 || values.length === 3) || !values.every(Number.isFinite))
      throw new UsageError(`--${name}: expected one number or three, got ${text}`)
    return values
  }
}

function whole(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new UsageError(`--${name}: expected a whole number from ${least} to ${most}, got ${text}`)
    return value
  }
}
