import { basename } from 'node:path'
import { fileSource, readDataset } from '../../data/index.ts'
import { StoppedError, UsageError } from '../../errors.ts'
import { embeddingMapFigure } from '../../figures/embedding-map-figure.ts'
import { principalAxes } from '../../math/principal-axes.ts'
import { addModelOptions, type ModelFlags, openGivenModel } from '../embed/model-options.ts'
import { interruption } from '../interruption.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { numberOption } from './figure-options.ts'

interface Flags extends ModelFlags {
  readonly images: string
  readonly landmarks?: string
  readonly people: number
  readonly perPerson: number
}

const whole = (name: string, most: number) => numberOption(name, 1, most, { whole: true })

/** The embeddings of a few people on a plane. */
export const embeddingMapEntry = figureEntry<Flags>({
  name: 'embedding-map',
  shows:
    'embeddings by a model of the people of a folder with most pictures, on the two axes along which they vary most',
  addOptions: (command) =>
    addModelOptions(command)
      .requiredOption('--images <folder>', 'a folder of people, <person>/<image>')
      .option('--landmarks <file>', 'the five points of each face; without them images are taken as aligned')
      .option('--people <n>', 'how many people', whole('people', 100), 10)
      .option('--per-person <n>', 'images of a person, at most', whole('per-person', 10_000), 40),
  draw: async ({ flags, look }) => {
    const { embedding, labels, classNames, source } = await embedded(flags)
    const { coordinates, shares } = principalAxes(embedding)
    const points = coordinates.data
    return {
      svg: embeddingMapFigure(
        { points, labels, classNames, shares },
        { title: `Map of embeddings: ${source}`, ...look },
      ),
      csv: csvText(
        ['class', 'x', 'y'],
        Array.from(labels, (label, i) => [classNames[label], points[2 * i], points[2 * i + 1]]),
      ),
    }
  },
})

/** Embeds the pictures; people are numbered, for their names do not belong in a figure. @throws UsageError, DataError */
async function embedded(flags: Flags) {
  const { embedImages } = await import('../../embed/index.ts')
  const { images, landmarks, people, perPerson } = flags
  const dataset = await readDataset({ images, ...(landmarks !== undefined && { landmarks }), minImages: 2 })
  const of = dataset.people.map(() => [] as (typeof dataset.samples)[number][])
  for (const sample of dataset.samples) of[sample.label]!.push(sample)
  const chosen = of.toSorted((a, b) => b.length - a.length).slice(0, people)
  if (chosen.length === 0) throw new UsageError(`--images: ${images} has no person with two pictures`)
  const samples = chosen.flatMap((own, label) =>
    own.slice(0, perPerson).map((sample) => ({ ...sample, label })),
  )
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  const model = await openGivenModel(flags, say)
  try {
    const { height, width, alignment, name } = model.description
    const source = fileSource({ samples }, { height, width, template: alignment })
    const { embedding } = await embedImages(model, source, { batch: flags.batch, signal })
    const classNames = chosen.map((_, i) => String(i + 1))
    return { embedding, labels: source.labels, classNames, source: basename(name) }
  } catch (error) {
    throw signal.aborted ? new StoppedError('figure: stopped, nothing was written') : error
  } finally {
    stop()
    await model.close()
  }
}
