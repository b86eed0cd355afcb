import type { Operand } from '../graph/index.ts'
import { fromZero } from './entry.ts'
import { marginRamp } from './lmcl.ts'
import type { LossOption, OptionValue } from './loss-options.ts'

/** The option `margin`, a number from 0 to `max`. */
export const marginOption = (
  value: number,
  { max, published = value, doc }: { max: number; published?: number | null; doc: string },
): LossOption => ({
  name: 'margin',
  kind: 'number',
  default: value,
  domain: { min: 0, max },
  published,
  doc,
})

/** The option `marginRamp`. */
export const rampOption = fromZero('marginRamp', 0, {
  published: null,
  whole: true,
  doc: 'steps over which the margin grows from 0 to m; 0 starts with m',
})

/** The margin of resolved `values`, ramped or not. */
export function rampedMargin(values: Readonly<Record<string, OptionValue>>): Operand {
  const [margin, steps] = [values.margin as number, values.marginRamp as number]
  return steps === 0 ? margin : marginRamp(margin, steps)
}
