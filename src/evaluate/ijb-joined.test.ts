import { describe, expect, it } from 'vitest'
import { ijbTexts, pieces } from '../../test/evaluate/ijb-lists.ts'
import { literalJoined, literalTemplates } from '../../test/evaluate/ijb-literal.ts'
import { matrix } from '../math/matrix.ts'
import { readIjbImages } from './ijb-images.ts'
import { searchJoined } from './ijb-joined.ts'
import { readIjbSearchList, type SearchList } from './ijb-search-list.ts'
import { templateOrder, templatePool } from './templates.ts'

const people = (...entries: [row: number, person: string][]): SearchList => ({
  rows: Int32Array.from(entries, ([row]) => row),
  people: entries.map(([, person]) => person),
})

describe('searchJoined(templates, galleries, probes)', () => {
  // Rows 0 and 1 are galleries of one person each, rows 2 to 4 searches.
  const templates = {
    features: matrix(Float64Array.of(1, 0, 0, 1, 0.8, 0.6, 0.6, 0.8, 0.28, 0.96), 2),
    missing: new Uint8Array(5),
  }
  const [one, two] = [people([0, 'a']), people([1, 'b'])]

  it('ranks in both galleries, and takes the threshold from the scores with other people', async () => {
    const probes = people([2, 'a'], [3, 'a'], [4, 'b'])
    // Mates 0.8, 0.6, 0.96; others 0.6, 0.8, 0.28: falling 0.8, 0.6, 0.28. A third of three searches is one, two thirds two.
    expect(await searchJoined(templates, [one, two], probes, { tops: [1, 2], fpirs: [1 / 3, 0.5] })).toEqual({
      top: { 1: 2 / 3, 2: 1 },
      tpirAtFpir: { [String(1 / 3)]: 1 / 3, 0.5: 2 / 3 },
    })
  })

  it('gives nothing where the public tools stop', async () => {
    const probes = people([2, 'a'])
    expect(await searchJoined(templates, [one, people([1, 'a'])], probes)).toBeUndefined()
    expect(await searchJoined(templates, [one, two], people([2, 'c']))).toBeUndefined()
    const missing = { ...templates, missing: Uint8Array.of(0, 0, 1, 0, 0) }
    expect(await searchJoined(missing, [one, two], probes)).toBeUndefined()
    expect(await searchJoined(missing, [one, two], people([3, 'a']))).toBeDefined()
  })

  it('equals the rules written down, to the last digit, with many ties', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const texts = ijbTexts(seed, { people: 30, probesEach: 3, dimensions: 3 })
      const images = await readIjbImages(pieces(texts.templates))
      const order = templateOrder(images)
      const pool = templatePool(images)
      pool.add(matrix(Float64Array.from([...order].flatMap((i) => texts.features[i]!)), 3), order)
      const read = (text: string) => readIjbSearchList(pieces(text), images.rowOf)
      const galleries = [await read(texts.gallery1), await read(texts.gallery2)]
      const found = await searchJoined(pool.finish(), galleries, await read(texts.probes))
      const literal = literalTemplates(texts, texts.features, { weight: false })
      expect(found).toEqual(literalJoined([texts.gallery1, texts.gallery2], texts.probes, literal))
    }
  })
})
