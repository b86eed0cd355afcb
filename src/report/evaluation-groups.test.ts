import { describe, expect, test } from 'vitest'
import { evaluationGroups } from './evaluation-groups.ts'
import type { ReportRun } from './report-input.ts'

const run = (
  name: string,
  ...evaluations: readonly [string, string, Record<string, unknown>][]
): ReportRun => ({
  name,
  data: { name: 'faces' },
  settings: {},
  lossOptions: {},
  state: 'finished',
  metrics: {},
  versions: {},
  evaluations: evaluations.map(([protocol, folder, facts]) => ({
    protocol,
    name: folder,
    facts,
    notices: [],
  })),
})
const grouped = (...runs: ReportRun[]) =>
  evaluationGroups(runs).map(({ title, evaluations }) => [title, ...evaluations.map(({ label }) => label)])

describe('evaluationGroups(runs)', () => {
  const list = (sha256: string) => ({ list: { file: `lists/${sha256}.txt`, sha256 }, variant: 'exact' })

  test('puts what was judged on one list under the same settings side by side', () => {
    expect(grouped(run('a', ['lfw', 'x', list('one')]), run('b', ['lfw', 'y', list('one')]))).toEqual([
      ['LFW: same person or not', 'a', 'b'],
    ])
  })

  test('parts other lists and other variants, and names them for their lists', () => {
    expect(grouped(run('a', ['pairs', 'x', list('one')]), run('b', ['pairs', 'x', list('two')]))).toEqual([
      ['Pairs: same person or not (one.txt)', 'a'],
      ['Pairs: same person or not (two.txt)', 'b'],
    ])
    const other = { ...list('one'), variant: 'insightface' }
    expect(grouped(run('a', ['lfw', 'x', list('one')]), run('b', ['lfw', 'x', other]))).toHaveLength(2)
  })

  test('names the folder where a run has two of one kind', () => {
    expect(grouped(run('a', ['lfw', 'x', list('one')], ['lfw', 'y', list('one')]))).toEqual([
      ['LFW: same person or not', 'a, x', 'a, y'],
    ])
  })

  test('puts verification first, and knows no difference in what was trained on', () => {
    const megaface = (training: string) => ({
      lists: { probes: { sha256: 'p' }, training: { sha256: training } },
      challenge: 1,
    })
    const lfw = { ...list('one'), accuracy: 0.9 }
    expect(
      grouped(
        run('a', ['megaface', 'm', megaface('t')], ['lfw', 'x', lfw]),
        run('b', ['megaface', 'm', megaface('u')]),
      ),
    ).toEqual([
      ['LFW: same person or not', 'a'],
      ['MegaFace: who is it among many strangers', 'a', 'b'],
    ])
  })
})
