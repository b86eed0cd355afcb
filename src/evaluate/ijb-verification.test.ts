import { describe, expect, it } from 'vitest'
import { ijbTexts, pieces } from '../../test/evaluate/ijb-lists.ts'
import { literalPairs, literalTarAtFar, literalTemplates } from '../../test/evaluate/ijb-literal.ts'
import { matrix } from '../math/matrix.ts'
import { accepted, addImpostors, countedAuc, countedEer, countedTarAtFar } from './ijb-counts.ts'
import { readIjbImages } from './ijb-images.ts'
import { readIjbPairs } from './ijb-pairs.ts'
import { verifyTemplates } from './ijb-verification.ts'
import { auc, eer } from './roc.ts'
import { type Templates, templateOrder, templatePool } from './templates.ts'

const fars = [0, 1e-6, 1e-3, 0.01, 0.1, 0.3, 1]

/** Drawn lists, pooled; of every fifth image the feature is missing where asked for. */
async function drawn(seed: number, { missing = false } = {}) {
  const texts = ijbTexts(seed)
  const images = await readIjbImages(pieces(texts.templates))
  const order = templateOrder(images)
  const gone = missing ? [...order.keys()].filter((i) => i % 5 === seed % 5 || i % 4 < 2) : []
  const present = order.filter((image) => !gone.includes(image))
  const pool = templatePool(images)
  pool.add(matrix(Float64Array.from([...present].flatMap((image) => texts.features[image]!)), 4), present)
  const literal = literalTemplates(texts, texts.features, { weight: false, missing: gone })
  const pairs = (size = 100) => readIjbPairs(pieces(texts.pairs, size), images.rowOf)
  return { texts, templates: pool.finish(), literal, pairs }
}

describe('verifyTemplates(templates, pairs)', () => {
  it('equals the rules written down, to the last digit, with many ties and with missing templates', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const { texts, templates, literal, pairs } = await drawn(seed, { missing: seed % 2 === 1 })
      const found = await verifyTemplates(templates, pairs)
      const expected = literalPairs(texts.pairs, literal)
      const all = accepted(found.counts)
      expect(found.pairs).toBe(128)
      expect(found.missingPairs).toBe(128 - expected.length)
      expect(all.genuines).toBe(expected.filter(({ same }) => same).length)
      for (const far of fars)
        expect(countedTarAtFar(all, far).tar).toBe(all.genuines ? literalTarAtFar(expected, far) : Number.NaN)
      const scores = Float64Array.from(expected, ({ score }) => score)
      const same = Uint8Array.from(expected, (pair) => (pair.same ? 1 : 0))
      expect(countedAuc(all)).toBe(auc(scores, same))
      // Up to each edge as many impostors as score below it; a score at an edge may fall to either side by rounding.
      const below = (edge: number) => expected.filter(({ score, same }) => !same && score < edge).length
      let counted = 0
      for (const [bin, count] of found.bins.entries()) {
        counted += count
        const edge = -1 + (bin + 1) / 1000
        if (count > 0) expect(counted).toBeGreaterThanOrEqual(below(edge - 1e-12))
        if (count > 0) expect(counted).toBeLessThanOrEqual(below(edge + 1e-12))
      }
      expect(counted).toBe(below(2))
      expect(countedEer(all)).toBeCloseTo(eer(scores, same), 14)
    }
  })

  it('gives the same counts whatever the pieces, and whole or in shards', async () => {
    const { templates, pairs } = await drawn(3)
    const whole = await verifyTemplates(templates, pairs)
    expect(await verifyTemplates(templates, () => pairs(7))).toEqual(whole)
    for (const count of [1, 2, 3, 200]) {
      const parts = await Promise.all(
        Array.from({ length: count }, (_, i) =>
          verifyTemplates(templates, () => pairs(31), { shard: { index: i + 1, count } }),
        ),
      )
      for (const part of parts)
        expect(part).toMatchObject({ pairs: whole.pairs, missingPairs: whole.missingPairs })
      expect(addImpostors(parts.map(({ counts }) => counts))).toEqual(whole.counts)
    }
  })

  const three: Templates = {
    features: matrix(Float64Array.of(1, 0, 0.6, 0.8, 0, 1), 2),
    missing: new Uint8Array(3),
  }
  const list = (text: string) => () =>
    readIjbPairs(
      pieces(text),
      new Map([
        [1, 0],
        [2, 1],
        [3, 2],
      ]),
    )

  it('scores a pair by the dot product of its templates', async () => {
    const { counts } = await verifyTemplates(three, list('1 2 1\n2 3 1\n1 3 0\n3 2 0\n'))
    expect(counts).toEqual({
      scores: Float64Array.of(0.6, 0.8),
      genuine: Float64Array.of(1, 1),
      impostor: Float64Array.of(1, 0, 0, 1, 0),
    })
  })

  it('tells of its progress, pass by pass', async () => {
    const told: [number, number][] = []
    await verifyTemplates(three, list('1 2 1\n1 3 0\n'), {
      onProgress: (pass, pairs) => void told.push([pass, pairs]),
    })
    expect(told).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it('refuses a list that is another one the second time', async () => {
    let opened = 0
    const changing = () => list(opened++ === 0 ? '1 2 1\n1 3 0\n' : '1 2 1\n')()
    await expect(verifyTemplates(three, changing)).rejects.toThrow(
      'pairs: expected 2 pairs and 1 genuine ones again, got 1 and 1: the list changed',
    )
  })

  it('refuses more genuine pairs than the memory holds', async () => {
    const many = list('1 2 1\n'.repeat(40_000))
    await expect(verifyTemplates(three, many, { memory: 2 ** 20 })).rejects.toThrow(
      /^--memory: more than 16384 genuine pairs need \d+ bytes, got 1048576$/,
    )
  })
})
