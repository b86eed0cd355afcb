import { describe, expect, it } from 'vitest'
import { ijbTexts, pieces } from '../../test/evaluate/ijb-lists.ts'
import { literalSearch, literalTemplates } from '../../test/evaluate/ijb-literal.ts'
import { matrix } from '../math/matrix.ts'
import { identificationRates, meanRates, searchGallery } from './ijb-identification.ts'
import { readIjbImages } from './ijb-images.ts'
import { readIjbSearchList, type SearchList } from './ijb-search-list.ts'
import { type Templates, templateOrder, templatePool } from './templates.ts'

/** Unit vectors at angles in degrees, a template each. */
const at = (...degrees: number[]): Templates => ({
  features: matrix(
    Float64Array.from(
      degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
    ),
    2,
  ),
  missing: new Uint8Array(degrees.length),
})
const people = (...entries: [row: number, person: string][]): SearchList => ({
  rows: Int32Array.from(entries, ([row]) => row),
  people: entries.map(([, person]) => person),
})
const cosine = (degrees: number) => expect.closeTo(Math.cos((degrees * Math.PI) / 180), 14)

describe('searchGallery(templates, gallery, probes)', () => {
  it('ranks the mate among the people of the gallery and keeps the best score of strangers', async () => {
    // Gallery: a at 0°, b at 40°, c at 90°. Probes: a at 10° and 30°, c at 30°, a stranger at 85°.
    const templates = at(0, 40, 90, 10, 30, 30, 85)
    const found = await searchGallery(
      templates,
      people([0, 'a'], [1, 'b'], [2, 'c']),
      people([3, 'a'], [4, 'a'], [5, 'c'], [6, 'd']),
    )
    expect([...found.ranks]).toEqual([0, 1, 2])
    expect([...found.mateScores]).toEqual([cosine(10), cosine(30), cosine(60)])
    expect([...found.nonMatedScores]).toEqual([cosine(5)])
    expect(found).toMatchObject({ people: 3, templates: 3, missingTemplates: 0 })
  })

  it('counts ties against the mate, and gives a person with several templates the best of their scores', async () => {
    const templates = at(0, 0, 90, 10, 0)
    const gallery = people([0, 'a'], [1, 'b'], [2, 'b'], [3, 'b'])
    const found = await searchGallery(templates, gallery, people([4, 'a'], [4, 'b'], [2, 'b']))
    expect([...found.ranks]).toEqual([1, 1, 0])
    expect([...found.mateScores]).toEqual([1, 1, cosine(0)])
    expect(found).toMatchObject({ people: 2, templates: 4 })
  })

  it('leaves missing templates out and counts them', async () => {
    const templates = { ...at(0, 90, 10, 80), missing: Uint8Array.of(1, 0, 0, 1) }
    const found = await searchGallery(templates, people([0, 'a'], [1, 'b']), people([2, 'c'], [3, 'b']))
    expect([...found.nonMatedScores]).toEqual([cosine(80)])
    expect(found).toMatchObject({ people: 1, missingTemplates: 2, searchesWithoutMate: 0 })
    expect(found.ranks).toHaveLength(0)
  })

  it('leaves out searches whose mate has no template left, so that they set no threshold, and counts them', async () => {
    // Gallery: a at 0° (missing), b at 0° (missing) and 90°. Probes: a at 89°, b at 80°, a stranger at 45°.
    const templates = { ...at(0, 0, 90, 89, 80, 45), missing: Uint8Array.of(1, 1, 0, 0, 0, 0) }
    const found = await searchGallery(
      templates,
      people([0, 'a'], [1, 'b'], [2, 'b']),
      people([3, 'a'], [4, 'b'], [5, 'c']),
    )
    expect([...found.nonMatedScores]).toEqual([cosine(45)])
    expect([...found.mateScores]).toEqual([cosine(10)])
    expect(found).toMatchObject({ searchesWithoutMate: 1, people: 1, templates: 1, missingTemplates: 2 })
  })

  it('refuses a gallery or probes without any template that has images', async () => {
    const templates = { ...at(0, 90), missing: Uint8Array.of(1, 0) }
    await expect(
      searchGallery(templates, people([0, 'a']), people([1, 'a']), { where: 'g' }),
    ).rejects.toThrow('g: expected a template with images, got none')
    await expect(searchGallery(templates, people([1, 'a']), people([0, 'a']))).rejects.toThrow(
      'probes: expected a template with images, got none',
    )
  })

  it('with its rates equals the rules written down, to the last digit, with many ties', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const texts = ijbTexts(seed, { people: 30, probesEach: 3, dimensions: 3 })
      const images = await readIjbImages(pieces(texts.templates))
      const order = templateOrder(images)
      const pool = templatePool(images)
      pool.add(matrix(Float64Array.from([...order].flatMap((i) => texts.features[i]!)), 3), order)
      const templates = pool.finish()
      const read = (text: string) => readIjbSearchList(pieces(text), images.rowOf)
      const literal = literalTemplates(texts, texts.features, { weight: false })
      const probes = await read(texts.probes)
      for (const gallery of [texts.gallery1, texts.gallery2]) {
        const found = await searchGallery(templates, await read(gallery), probes)
        expect(identificationRates(found)).toEqual(literalSearch(gallery, texts.probes, literal))
        expect(found.nonMatedScores).toHaveLength(45)
      }
    }
  })
})

describe('identificationRates(search)', () => {
  /** Ten strangers at 0.01, 0.02 … 0.10, or one at each of the scores given. */
  const rates = (mates: [rank: number, score: number][], strangers: number[]) =>
    identificationRates({
      ranks: Int32Array.from(mates, ([rank]) => rank),
      mateScores: Float64Array.from(mates, ([, score]) => score),
      nonMatedScores: Float64Array.from(strangers),
    })

  it('lets non-mated searches alone set the threshold', () => {
    const strangers = [0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02]
    const { top, tpirAtFpir, rank1TpirAtFpir } = rates(
      [
        [0, 0.95],
        [0, 0.5],
        [7, 0.6],
        [12, 0.1],
      ],
      strangers,
    )
    expect(top).toEqual({ 1: 0.5, 5: 0.5, 10: 0.75 })
    // At FPIR 0.01 none of ten may pass: above 0.9. At 0.1 one may: above 0.5, which is not at it.
    expect(tpirAtFpir).toEqual({ 0.01: 0.25, 0.1: 0.5 })
    expect(rank1TpirAtFpir).toEqual({ 0.01: 0.25, 0.1: 0.25 })
  })

  it('gives NaN where a kind of search is missing', () => {
    expect(rates([[0, 1]], [])).toEqual({
      top: { 1: 1, 5: 1, 10: 1 },
      tpirAtFpir: { 0.01: Number.NaN, 0.1: Number.NaN },
      rank1TpirAtFpir: { 0.01: Number.NaN, 0.1: Number.NaN },
    })
    expect(rates([], [0.1]).top).toEqual({ 1: Number.NaN, 5: Number.NaN, 10: Number.NaN })
    expect(rates([], [0.1]).tpirAtFpir).toEqual({ 0.01: Number.NaN, 0.1: Number.NaN })
  })
})

describe('meanRates(all)', () => {
  it('is the mean of each rate over the galleries', () => {
    const one = (value: number) => ({
      top: { 1: value },
      tpirAtFpir: { 0.1: value / 2 },
      rank1TpirAtFpir: { 0.1: 0 },
    })
    expect(meanRates([one(0.5), one(1)])).toEqual(one(0.75))
  })
})
