import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tiedFeatures } from '../../test/evaluate/megaface-features.ts'
import { literalMegaface } from '../../test/evaluate/megaface-literal.ts'
import { countDistractors } from '../search/index.ts'
import { megafaceFars, megafacePlan, megafaceResult } from './megaface.ts'
import { probePairs } from './megaface-pairs.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'megaface-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Our result and the literal one for the same features. */
async function both(features: ReturnType<typeof tiedFeatures>) {
  const { probes, people, distractors, columns } = features
  const path = join(folder, 'distractors.f32')
  writeFileSync(path, Buffer.concat(distractors.map((row) => Buffer.from(row.buffer))))
  const matrix = { data: Float32Array.from(probes.flatMap((row) => [...row])), rows: probes.length, columns }
  const names = [...new Set(people)]
  const labels = Int32Array.from(people, (person) => names.indexOf(person))
  const pairs = probePairs(matrix, labels)
  const plan = megafacePlan(matrix, labels, pairs)
  const tally = await countDistractors(
    plan,
    { kind: 'matrix', path, offset: 0, rows: distractors.length, columns },
    { threads: 1 },
  )
  const ours = megafaceResult(plan, pairs, tally)
  return { ours, tally, literal: literalMegaface(probes, people, distractors, megafaceFars) }
}

describe('megafaceResult(plan, pairs, tally)', () => {
  it.each([
    { size: 10, columns: 3, levels: 3, seed: 1 },
    { size: 100, columns: 4, levels: 3, seed: 2 },
    { size: 1000, columns: 8, levels: 5, seed: 3 },
    { size: 1000, columns: 16, levels: 0, seed: 4 },
  ])(
    'equals the rules written out, to the last digit: $size distractors of $columns numbers, $levels levels',
    async ({ size, seed, ...shape }) => {
      const { ours, tally, literal } = await both(
        tiedFeatures({ seed, people: 20, images: [1, 14], distractors: size, ...shape }),
      )
      expect([...tally.ranks]).toEqual(literal.pairs.map(({ rank }) => rank))
      expect(ours.rank1).toBe(literal.rank1)
      expect(Object.values(ours.full!.tarAtFar)).toEqual(literal.tar)
      expect(Object.values(ours.devkit.tarAtFar)).toEqual(literal.devkitTar)
      const { cmc, roc, traditionalCmc } = ours.official
      expect([cmc.rank, cmc.recall]).toEqual(literal.cmc)
      expect([roc.far, roc.tar]).toEqual(literal.roc)
      expect([traditionalCmc.rank, traditionalCmc.recall]).toEqual(literal.traditionalCmc)
      const best = literal.best.flat()
      expect([...tally.best.index]).toEqual(best.map(({ index }) => index))
      expect([...tally.best.score]).toEqual(best.map(({ score }) => score))
    },
  )
})
