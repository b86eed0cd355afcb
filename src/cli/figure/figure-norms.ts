import { normSample, normsFigure } from '../../figures/norms-figure.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { addToyOptions, type ToyFlags, trainedToys } from './figure-toy.ts'

/** ‖x‖ against the angle, by loss, with features normalised and not. */
export const normsEntry = figureEntry<ToyFlags>({
  name: 'norms',
  shows:
    '‖x‖ against the angle to the own prototype by class, of a small network trained now, with x normalised and not',
  addOptions: (command) =>
    addToyOptions(command, {
      losses: ['softmax', 'a-softmax:4', 'a-softmax:4:unit', 'nsl:free', 'lmcl:0.2'],
    }),
  draw: async ({ flags, look }) => {
    const { results, source, notes } = await trainedToys(flags)
    const losses = results.map(({ loss, features, prototypes, labels, classNames }) => ({
      title: loss.title,
      isNormalised: loss.isNormalised,
      ...{ labels, classNames },
      ...normSample({
        ...{ title: loss.title, labels, classNames },
        ...{ features: features.data, prototypes: prototypes.data, dimensions: features.columns },
      }),
    }))
    return {
      svg: normsFigure(losses, { title: `Length of the features against their angle: ${source}`, ...look }),
      csv: csvText(
        ['loss', 'class', 'norm', 'degrees'],
        losses.flatMap(({ title, labels, classNames, norms, angles }) =>
          Array.from(norms, (norm, i) => [title, classNames[labels[i]!], norm, angles[i]]),
        ),
      ),
      notes,
    }
  },
})
