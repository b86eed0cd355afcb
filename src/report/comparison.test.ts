import { describe, expect, it } from 'vitest'
import { comparisonCells, comparisons } from './comparison.ts'
import { publishedTables } from './published.ts'
import type { ReportEvaluation, ReportRun } from './report-input.ts'

const run = (changes: Partial<ReportRun> = {}): ReportRun => ({
  name: 'mine',
  data: { name: 'faces', people: 40, images: 320 },
  settings: { loss: 'lmcl', architecture: 'sfnet20', width: 1, dimensions: 512, input: '112x96' },
  lossOptions: { margin: 0.35 },
  state: 'finished',
  metrics: {},
  versions: {},
  evaluations: [],
  ...changes,
})
const evaluation = (protocol: string, facts: Record<string, unknown>): ReportEvaluation => ({
  protocol,
  name: protocol,
  facts,
  notices: [],
})
const lfw = (changes = {}) =>
  evaluation('lfw', {
    accuracy: 0.9,
    standardError: 0.01,
    folds: new Array(10).fill(0.9),
    pairs: 6000,
    ...changes,
  })
const megaface = (changes = {}) =>
  evaluation('megaface', {
    challenge: 1,
    probes: { name: 'facescrub' },
    results: [
      {
        size: 1_000_000,
        items: 'raw',
        rank1: 0.5,
        devkit: { tarAtFar: { '0.000001': 0.4 }, allowed: { '0.000001': 100 } },
      },
    ],
    ...changes,
  })
const ours = (runs: ReportRun[]) =>
  Object.fromEntries(
    comparisons(runs).map((table) => [
      table.id,
      table.rows.flatMap((row) => (row.run === undefined ? [] : [comparisonCells(row, table)])),
    ]),
  )

describe('comparisons(runs)', () => {
  it('holds the published numbers, row for row', () => {
    const rows = comparisons([]).map(({ id, columns, rows: all }) => [
      id,
      all.map((row) => [row.name, ...comparisonCells(row, { columns })].join(' ')),
    ])
    expect(Object.fromEntries(rows)).toEqual({
      casia: [
        'Softmax 97.88 93.1 54.85 65.92',
        'Softmax + contrastive 98.78 93.5 65.21 78.86',
        'Triplet 98.70 93.4 64.79 78.32',
        'L-Softmax 99.10 94.0 67.12 80.42',
        'Softmax + center 99.05 94.4 65.49 80.14',
        'A-Softmax 99.42 95.0 72.72 85.56',
        'A-Softmax, features normalised 99.32 95.4 75.42 88.82',
        'LMCL, features not normalised 99.10 93.1 75.10 88.65',
        'LMCL 99.33 96.1 77.11 89.88',
      ],
      'a-softmax': ['m = 1 97.90 93.2', 'm = 2 98.40 93.8', 'm = 3 99.25 94.4', 'm = 4 99.42 95.0'],
      models: [
        'DeepFace 97.35 91.4',
        'FaceNet 99.63 95.1',
        'DeepFR 98.95 97.3',
        'DeepID2+ 99.47 93.2',
        'Center Face 99.28 94.9',
        'SphereFace 99.42 95.0',
        'CosFace 99.73 97.6',
      ],
      'challenge-1-large': [
        'CosFace 82.72 96.65',
        'CosFace, three patches 84.26 97.96',
        'FaceNet v8 70.49 86.47',
      ],
      'challenge-1-small': ['SphereFace, three patches 75.76 90.04', 'CosFace, three patches 79.54 92.22'],
      'challenge-2': [
        'SphereFace 71.17 84.22',
        'CosFace 74.11 86.77',
        'CosFace, three patches 77.06 90.30',
        'GRCCV 75.77 74.84',
      ],
    })
  })

  it('puts a run where it has a number, with its error, and says in the row what differs', () => {
    const table = comparisons([run({ evaluations: [lfw()] })])[0]!
    const row = table.rows.at(-1)!
    expect([row.name, row.run, ...comparisonCells(row, table)]).toEqual([
      ...['ours: mine', 'mine', '90.00 ± 1.00', '–', '–', '–'],
    ])
    expect(row.made).toBe(
      'LMCL (m = 0.35), sfnet20 (112 × 96, 512 dimensions); faces, 320 images of 40 people; differs: other data; another network',
    )
  })

  it('says nothing of data and network where they are the same', () => {
    const same = run({
      data: { name: 'CASIA-WebFace', people: 10_572, images: 494_414 },
      settings: { loss: 'lmcl', architecture: 'sfnet64', width: 1, dimensions: 512, input: '112x96' },
      evaluations: [lfw()],
    })
    expect(comparisons([same])[0]!.rows.at(-1)!.made).not.toContain('differs')
    const part = { ...same, data: { ...same.data, people: 500 } }
    expect(comparisons([part])[0]!.rows.at(-1)!.made).toMatch(/differs: not all of CASIA-WebFace$/)
  })

  it('has no row for a run without a number for the table', () => {
    expect(Object.values(ours([run()])).flat()).toEqual([])
    expect(ours([run({ evaluations: [lfw()] })])).toMatchObject({
      'a-softmax': [],
      models: [['90.00 ± 1.00', '–']],
      'challenge-1-small': [],
    })
  })

  it('puts A-Softmax beside its own margins alone', () => {
    const settings = { ...run().settings, loss: 'a-softmax' }
    const evaluations = [lfw()]
    expect(ours([run({ settings, evaluations })])['a-softmax']).toEqual([['90.00 ± 1.00', '–']])
  })

  it('chooses MegaFace tables by challenge and by how many images were learnt from', () => {
    const with_ = (images: number, changes = {}) =>
      ours([run({ data: { name: 'd', people: 9, images }, evaluations: [megaface(changes)] })])
    const numbers = [['50.00', '40.00']]
    expect(with_(499_999)).toMatchObject({ 'challenge-1-small': numbers, 'challenge-1-large': [] })
    expect(with_(700_000)).toMatchObject({ 'challenge-1-small': [], 'challenge-1-large': [] })
    expect(with_(1_000_000)).toMatchObject({ 'challenge-1-small': [], 'challenge-1-large': numbers })
    expect(with_(9, { challenge: 2 })).toMatchObject({
      'challenge-1-small': [],
      'challenge-2': numbers,
      casia: [],
    })
  })

  it('never puts a smaller gallery beside a million, nor a rate that no impostor pair carries', () => {
    const results = (changes = {}) => [
      {
        size: 1_000_000,
        items: 'raw',
        rank1: 0.5,
        devkit: { tarAtFar: { '0.000001': 0.4 }, allowed: { '0.000001': 0 } },
        ...changes,
      },
    ]
    const shown = (changes = {}) =>
      ours([run({ evaluations: [megaface({ results: results(changes) })] })])['challenge-1-small']
    expect(shown({ size: 100_000 })).toEqual([])
    expect(shown()).toEqual([['50.00', '–']])
  })

  it('says what differs in the evaluation: fewer pairs, other probes, missing items', () => {
    const incomplete = { ...lfw({ pairs: 5990 }), notices: ['incomplete: 3 items are missing'] }
    const fgnet = megaface({ probes: { name: 'fgnet' } })
    const { made } = comparisons([run({ evaluations: [incomplete, fgnet] })])[0]!.rows.at(-1)!
    for (const words of [
      'LFW: incomplete: 3 items are missing',
      'LFW: 5,990 pairs, not 6,000',
      'MegaFace: probes fgnet, not FaceScrub',
    ])
      expect(made).toContain(words)
  })

  it('names a source for every table, and as many numbers as columns for every row', () => {
    for (const { source, columns, rows } of publishedTables) {
      expect(source).toMatch(/20\d\d/)
      for (const { values } of rows) expect(values).toHaveLength(columns.length)
    }
  })
})
