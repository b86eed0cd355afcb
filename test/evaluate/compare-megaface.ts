import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { megafaceFars, megafacePlan, megafaceResult, probePairs } from '../../src/evaluate/index.ts'
import { countDistractors } from '../../src/search/index.ts'
import { tiedFeatures } from './megaface-features.ts'
import { type LiteralResult, literalMegaface } from './megaface-literal.ts'

/** A folder for features that are counted from a file. */
export interface Scratch {
  readonly path: string
  remove(): Promise<void>
}

export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'megaface-'))
  return { path, remove: () => rm(path, { recursive: true }) }
}

/** Our result for random features, in the literal one's form, beside the literal one. */
export async function compareMegaface(
  { path: folder }: Scratch,
  shape: Parameters<typeof tiedFeatures>[0],
): Promise<{ readonly ours: LiteralResult; readonly literal: LiteralResult }> {
  const { probes, people, distractors, columns } = tiedFeatures(shape)
  const path = join(folder, `${distractors.length}-${shape.seed}.f32`)
  await writeFile(path, Buffer.concat(distractors.map((row) => Buffer.from(row.buffer))))
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
  const { official, rank1, full, devkit } = megafaceResult(plan, pairs, tally)
  const probeOf = probes.flatMap((_, i) => new Array<number>(pairs.start[i + 1]! - pairs.start[i]!).fill(i))
  const kept = tally.best.index.length / probes.length
  const bestOf = (i: number) =>
    Array.from({ length: kept }, (_, k) => i * kept + k)
      .filter((k) => tally.best.index[k]! >= 0)
      .map((k) => ({ index: tally.best.index[k]!, score: tally.best.score[k]! }))
  return {
    ours: {
      pairs: probeOf.map((probe, k) => ({ probe, mate: pairs.mate[k]!, rank: tally.ranks[k]! })),
      rank1,
      tar: Object.values(full!.tarAtFar),
      devkitTar: Object.values(devkit.tarAtFar),
      cmc: [[...official.cmc.rank], [...official.cmc.recall]],
      roc: [[...official.roc.far], [...official.roc.tar]],
      traditionalCmc: [[...official.traditionalCmc.rank], [...official.traditionalCmc.recall]],
      best: probes.map((_, i) => bestOf(i)),
    },
    literal: literalMegaface(probes, people, distractors, megafaceFars),
  }
}
