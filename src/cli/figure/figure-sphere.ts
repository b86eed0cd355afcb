import { sphereFigure } from '../../figures/sphere-figure.ts'
import { turningFigure } from '../../figures/sphere-script.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { addToyOptions, type ToyFlags, trainedToys } from './figure-toy.ts'
import { storyLosses } from './toy-losses.ts'
import { spherePanel } from './toy-panels.ts'

/** Embeddings on the circle or the sphere, by loss. */
export const sphereEntry = figureEntry<ToyFlags>({
  name: 'sphere',
  shows:
    'embeddings of a small network, trained now, on the circle or the sphere, with the angles within and between classes',
  addOptions: (command) => addToyOptions(command, { losses: storyLosses }),
  draw: async ({ flags, look }) => {
    const { results, source, notes } = await trainedToys(flags)
    const panels = results.map(spherePanel)
    const where = flags.dimensions === 2 ? 'circle' : 'sphere'
    const svg = sphereFigure(panels, { title: `Embeddings on the ${where}: ${source}`, ...look })
    return {
      svg,
      csv: sphereCsv(panels),
      ...(flags.dimensions === 3 && { html: turningFigure(svg, panels) }),
      notes,
    }
  },
})

/** Points, prototypes, histograms and the two angles of the criterion, a line each. */
function sphereCsv(panels: readonly ReturnType<typeof spherePanel>[]): string {
  const columns = ['loss', 'what', 'class', 'x', 'y', 'z', 'degrees', 'pairs']
  return csvText(
    columns,
    panels.flatMap(({ title, features, labels, prototypes = [], dimensions: D, classNames, angles }) => {
      const vectors = (what: string, rows: ArrayLike<number>, classOf: (i: number) => number) =>
        Array.from({ length: rows.length / D }, (_, i) => [
          ...[title, what, classNames[classOf(i)] ?? ''],
          ...[rows[i * D], rows[i * D + 1], D === 3 ? rows[i * D + 2] : undefined, undefined, undefined],
        ])
      const bins = (what: string, counts: ArrayLike<number>) =>
        Array.from(counts, (count, i) => [
          ...[title, what, '', undefined, undefined, undefined],
          ...[i * angles.binDegrees, count],
        ])
      const angle = (what: string, degrees: number) => [
        ...[title, what, '', undefined, undefined, undefined],
        ...[degrees, undefined],
      ]
      return [
        angle('largest angle within a class', angles.largestWithin),
        angle('99 % of the angles within are below', angles.within99),
        angle('smallest angle between classes', angles.smallestBetween),
        angle('99 % of the angles between are above', angles.between1),
        ...vectors('prototype', prototypes, (c) => c),
        ...vectors('feature', features, (i) => labels[i]!),
        ...bins('pairs within from', angles.within),
        ...bins('pairs between from', angles.between),
      ]
    }),
  )
}
