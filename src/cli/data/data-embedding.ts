import {
  chanceLimit,
  cosinesToOthers,
  type Dataset,
  farLimit,
  fileSource,
  halfCosines,
  nearPairs,
  type PersonSums,
  personSums,
} from '../../data/index.ts'
import { embedImages, type OpenModel } from '../../embed/index.ts'
import { type Matrix, unitRows } from '../../math/matrix.ts'
import { quantile } from '../../math/quantile.ts'
import { progress } from '../progress.ts'

/** An image that looks little like the others of its person. */
export interface FarImage {
  readonly name: string
  readonly cosine: number
  /** Whose centre is nearest, and how near. */
  readonly nearest: string
  readonly nearestCosine: number
}

/** Two people of two data sets who look like one. */
export interface AlikePeople {
  readonly here: string
  readonly there: string
  readonly cosine: number
}

/** What a model makes of a data set's images. */
export interface EmbeddedDataset {
  readonly dataset: Dataset
  /** Unit rows [N, D]; zeros where missing. */
  readonly rows: Matrix
  readonly labels: Int32Array
  readonly missing: Uint8Array
  readonly persons: PersonSums
}

/** Embeds all images of a data set. @throws DataError when none can be read; the signal's reason */
export async function embedDataset(
  model: OpenModel,
  dataset: Dataset,
  { batch, signal, label }: { readonly batch: number; readonly signal: AbortSignal; readonly label: string },
): Promise<EmbeddedDataset> {
  const { height, width, alignment } = model.description
  const shown = progress({ total: dataset.samples.length, label, unit: 'images' })
  const source = fileSource(dataset, { height, width, template: alignment })
  const names = dataset.samples.map(({ name }) => name)
  const { embedding, missing } = await embedImages(
    model,
    { ...source, names },
    { batch, signal, onProgress: (done) => shown.update(done) },
  ).finally(() => shown.finish())
  const { labels } = source
  const people = dataset.people.length
  return {
    dataset,
    rows: embedding,
    labels,
    missing,
    persons: personSums(embedding, labels, { people, missing }),
  }
}

/**
 * Images that look less like the others of their person than `far`, or than is usual in the data set where that is not given;
 * the least like them first.
 */
export function farImages(
  { dataset, rows, labels, missing, persons }: EmbeddedDataset,
  { far }: { readonly far?: number | undefined } = {},
): { readonly limit: number; readonly images: FarImage[] } {
  const cosines = cosinesToOthers(rows, labels, persons, { missing })
  const limit = far ?? farLimit(cosines)
  const centres = unitRows(persons.sums)
  const indices = [...cosines.keys()]
    .filter((i) => cosines[i]! < limit)
    .sort((i, j) => cosines[i]! - cosines[j]!)
  return {
    limit,
    images: indices.map((i) => {
      const [nearest, nearestCosine] = nearestOther(rows, i, { centres, own: labels[i]! })
      return {
        name: dataset.samples[i]!.name,
        cosine: cosines[i]!,
        ...{ nearest: dataset.people[nearest]!, nearestCosine },
      }
    }),
  }
}

/** The centre of another person that is nearest to row `i`, and the cosine. */
function nearestOther(
  rows: Matrix,
  i: number,
  { centres, own }: { readonly centres: Matrix; readonly own: number },
): [number, number] {
  let [nearest, most] = [own, Number.NEGATIVE_INFINITY]
  for (let p = 0; p < centres.rows; p++) {
    if (p === own) continue
    let dot = 0
    for (let k = 0; k < rows.columns; k++)
      dot += rows.data[i * rows.columns + k]! * centres.data[p * rows.columns + k]!
    if (dot > most) [nearest, most] = [p, dot]
  }
  return [nearest, most]
}

/**
 * People of two data sets whose centres have a cosine of at least `same`; where that is not given, as much as the centres of
 * two halves of one person's images have in the median, and more than chance gives among so many pairs.
 */
export async function alikePeople(
  here: EmbeddedDataset,
  there: EmbeddedDataset,
  { same, signal }: { readonly same?: number | undefined; readonly signal: AbortSignal },
): Promise<{ readonly limit: number; readonly people: AlikePeople[] }> {
  const { rows, labels, missing } = here
  const halves = halfCosines(rows, labels, { people: here.dataset.people.length, missing })
  const known = halves.filter((cosine) => !Number.isNaN(cosine))
  const [centres, others] = [unitRows(here.persons.sums), unitRows(there.persons.sums)]
  const chance = chanceLimit(centres, { pairs: centres.rows * others.rows })
  const limit = same ?? Math.max(chance, known.length > 0 ? quantile(known, 0.5) : chance)
  const pairs = await nearPairs(centres, others, { least: limit, signal })
  return {
    limit,
    people: pairs.map(({ left, right, cosine }) => ({
      ...{ here: here.dataset.people[left]!, there: there.dataset.people[right]!, cosine },
    })),
  }
}
