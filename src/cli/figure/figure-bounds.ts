import { boundsFigure } from '../../figures/bounds-figure.ts'
import { marginLimits, marginUpperBound, scaleLowerBound } from '../../losses/index.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { numberOption } from './figure-options.ts'

interface Flags {
  readonly classes: number
}

/** The bounds of s and m against the number of classes. */
export const boundsEntry = figureEntry<Flags>({
  name: 'bounds',
  shows: 'the least scale s and the largest margin m of LMCL against the number of classes',
  addOptions: (command) =>
    command.option(
      '--classes <C>',
      'where the axis ends',
      numberOption('classes', 10, 1e9, { whole: true }),
      100_000,
    ),
  draw: ({ flags: { classes: most }, look }) => {
    const classes = wholeSteps(most)
    const scale = [0.9, 0.99, 0.999].map((posterior) => ({
      name: `P = ${posterior}`,
      classes,
      bound: classes.map((count) => scaleLowerBound(count, posterior)),
    }))
    const dimensions = [2, 3, 64, 512]
    const limits = dimensions.map((K) => classes.map((count) => marginLimits(count, K)))
    const margin = dimensions.map((K, k) => ({
      name: `K = ${K}, at most`,
      classes,
      bound: limits[k]!.map(({ atMost }) => atMost),
    }))
    const attained = dimensions.slice(1).map((K, k) => ({
      name: `K = ${K}, attained at least`,
      classes,
      bound: limits[k + 1]!.map(({ atLeast }, i) => (classes[i]! <= 2 * K ? Number.NaN : atLeast)),
    }))
    return {
      svg: boundsFigure({ scale, margin, attained }, look),
      csv: csvText(
        [
          'classes',
          ...scale.map(({ name }) => `least_s ${name}`),
          ...dimensions.flatMap((K) => [`most_m K ${K}`, `attained_m K ${K}`, `closed_form K ${K}`]),
        ],
        classes.map((count, i) => [
          count,
          ...scale.map(({ bound }) => bound[i]!),
          ...dimensions.flatMap((K, k) => {
            const { atLeast, atMost } = limits[k]![i]!
            return [atMost, atLeast, String(marginUpperBound(count, K).closedForm)]
          }),
        ]),
      ),
    }
  },
})

/** Whole numbers from 2 to `most` in about equal steps of the logarithm, none left out while they are small. */
function wholeSteps(most: number): number[] {
  const steps = new Set(Array.from({ length: 90 }, (_, i) => Math.round(2 * (most / 2) ** (i / 89))))
  for (let count = 2; count <= Math.min(24, most); count++) steps.add(count)
  return [...steps].sort((a, b) => a - b)
}
