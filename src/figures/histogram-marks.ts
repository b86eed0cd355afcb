import * as Plot from '@observablehq/plot'
import type { LineStyle } from './colours.ts'

/** One histogram as marks: a tinted area under a staircase line. Bin i of `shares` begins at start + i · bin. */
export function histogramMarks(
  shares: Float64Array,
  {
    style: { colour, dashes },
    start,
    bin,
  }: { readonly style: LineStyle; readonly start: number; readonly bin: number },
): Plot.Markish[] {
  const corners = [...shares, 0].map((share, i) => ({ value: start + i * bin, share }))
  const shape = { x: 'value', y: 'share', curve: 'step-after' } as const
  return [
    Plot.areaY(corners, { ...shape, fill: colour, fillOpacity: 0.22 }),
    Plot.line([{ value: start, share: 0 }, ...corners], {
      ...shape,
      stroke: colour,
      strokeWidth: 1.6,
      ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
    }),
  ]
}
