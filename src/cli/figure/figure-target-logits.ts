import { targetLogitsFigure } from '../../figures/target-logits-figure.ts'
import { targetLogit } from '../../losses/index.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { inDegrees, type MarginFlags, marginOptions, storyLosses } from './story-losses.ts'

/** The target logits of all losses. */
export const targetLogitsEntry = figureEntry<MarginFlags & { readonly lambda: number }>({
  name: 'target-logits',
  shows: 'the logit of the own class against the angle to it, of all losses on one axis',
  addOptions: marginOptions,
  draw: ({ flags, look }) => {
    const theta = Float64Array.from({ length: 361 }, (_, i) => (i * Math.PI) / 360)
    const curves = storyLosses(flags).map(({ name, loss, options }) => ({
      ...{ name, group: loss, theta },
      value: theta.map((angle) => targetLogit(loss, angle, options).value),
    }))
    return {
      svg: targetLogitsFigure(curves, look),
      csv: csvText(
        ['loss', 'theta_degrees', 'logit'],
        curves.flatMap(({ name, value }) =>
          Array.from(value, (logit, i) => [name, inDegrees(theta[i]!), logit]),
        ),
      ),
    }
  },
})
