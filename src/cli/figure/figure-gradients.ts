import { gradientsFigure } from '../../figures/gradients-figure.ts'
import { angleGradient, targetLogit } from '../../losses/index.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { numberOption } from './figure-options.ts'
import { inDegrees, inRadians, type MarginFlags, marginOptions, storyLosses } from './story-losses.ts'

interface Flags extends MarginFlags {
  readonly radius: number
  readonly classes: number
  readonly between: number
}

/** How hard each loss turns a sample. */
export const gradientsEntry = figureEntry<Flags>({
  name: 'gradients',
  shows: 'how hard each loss turns a sample, against its angle to the own class',
  addOptions: (command) =>
    marginOptions(command)
      .option('--radius <s>', 'the scale s, and ‖x‖ of A-Softmax', numberOption('radius', 0.1, 1000), 30)
      .option('--classes <C>', 'classes in all', numberOption('classes', 2, 1e9, { whole: true }), 10_572)
      .option(
        '--between <degrees>',
        'from the own class to the nearest',
        numberOption('between', 1, 180),
        90,
      ),
  draw: ({ flags, look }) => {
    const { radius: s, classes, between } = flags
    const theta = Float64Array.from({ length: 361 }, (_, i) => (inRadians(between) * i) / 360)
    const curves = storyLosses(flags).map(({ name, loss, options }) => {
      const at = Array.from(theta, (angle) => ({
        logit: Math.abs(targetLogit(loss, angle, options).slope),
        ...angleGradient(loss, angle, { s, classes, between: inRadians(between), ...options }),
      }))
      return { name, group: loss, at }
    })
    const of = (read: (point: (typeof curves)[number]['at'][number]) => number) =>
      curves.map(({ name, group, at }) => ({ name, group, theta, value: at.map(read) }))
    return {
      svg: gradientsFigure(
        {
          logit: of(({ logit }) => logit),
          pull: of(({ slope }) => Math.abs(slope)),
          posterior: of(({ posterior }) => posterior),
          s,
          classes,
          betweenDegrees: between,
        },
        look,
      ),
      csv: csvText(
        ['loss', 'theta_degrees', 'logit_slope', 'loss_value', 'loss_slope', 'posterior'],
        curves.flatMap(({ name, at }) =>
          at.map(({ logit, loss, slope, posterior }, i) => [
            name,
            inDegrees(theta[i]!),
            -logit,
            loss,
            slope,
            posterior,
          ]),
        ),
      ),
    }
  },
})
