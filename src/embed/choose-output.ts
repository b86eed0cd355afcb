import { DataError } from '../errors.ts'
import type { PortInfo } from '../runtime/session.ts'
import { shapeText } from './shape-text.ts'

/**
 * The output to read, float32 [N, D]: the one named `feature`, else the one named `embedding`, else the first that fits;
 * `why` says so where that was a choice among several. An output of unknown shape may fit.
 * @throws DataError `name: …` when none fits
 */
export function chooseOutput(
  outputs: readonly PortInfo[],
  { name = 'model' } = {},
): { readonly output: PortInfo; readonly why: string | undefined } {
  const usable = outputs.filter(
    ({ type, shape }) => type === 'float32' && (shape.length === 2 || shape.length === 0),
  )
  const output =
    usable.find((port) => port.name === 'feature') ??
    usable.find((port) => port.name === 'embedding') ??
    usable[0]
  if (output === undefined) {
    const got = outputs.map((port) => `${port.name} ${port.type} ${shapeText(port)}`)
    throw new DataError(`${name}: expected an output of float32 [N, D], got ${got.join(', ') || 'none'}`)
  }
  const isNamed = output.name === 'feature' || output.name === 'embedding'
  const among = outputs.map((port) => port.name).join(', ')
  const why =
    outputs.length === 1 ? undefined : isNamed ? `by its name, of ${among}` : `the first [N, D] of ${among}`
  return { output, why }
}
