import { det, lfw, makePairs, roc } from '../../src/evaluate/index.ts'
import { scoreBins } from '../../src/figures/index.ts'
import { matrix } from '../../src/math/matrix.ts'
import { rng } from '../../src/math/rng.ts'
import { judgedPairs, type ReportEvaluation, type ReportRun } from '../../src/report/index.ts'

const columns = 16
const imagesEach = 10

/** An evaluation as `evaluate lfw --out` leaves it, of directions with noise about them; a lower noise stands for a better run. */
function verification(noise: number, { people, pairsPerFold }: Required<Omit<SampleOptions, 'steps'>>) {
  const labels = Int32Array.from({ length: people * imagesEach }, (_, i) => Math.floor(i / imagesEach))
  const centres = rng(3, 1)
  const random = rng(3, 2)
  const centre = Float64Array.from({ length: people * columns }, () => centres.normal())
  const feature = matrix(
    Float32Array.from(
      { length: labels.length * columns },
      (_, k) => centre[labels[Math.floor(k / columns)]! * columns + (k % columns)]! + noise * random.normal(),
    ),
    columns,
  )
  const images = Array.from(labels, (label, i) => `person_${label}/person_${label}_${i % imagesEach}.jpg`)
  const pairs = makePairs(labels, { folds: 10, pairsPerFold, seed: 1, images })
  const verified = lfw({ feature }, pairs)
  const { result, scores, same } = verified
  const impostorPairs = same.filter((label) => label === 0).length
  const curve = roc(scores, same, { dropIntermediate: true })
  const { fmr, fnmr } = det(scores, same, { dropIntermediate: true })
  const ofKind = (kind: number) => scores.filter((_, i) => same[i] === kind)
  return {
    protocol: 'lfw',
    name: 'lfw',
    facts: {
      ...{ list: { file: 'pairs.txt', sha256: 'aa' }, ...result },
      ...{ impostorPairs, genuinePairs: same.length - impostorPairs, incomplete: false, missing: 0 },
    },
    roc: [{ name: 'exact', x: curve.fpr, y: curve.tpr }],
    det: [{ name: 'exact', x: fmr, y: fnmr }],
    scores: scoreBins({ genuine: ofKind(1), impostor: ofKind(0) }),
    pairs: judgedPairs(verified, pairs),
    notices: [],
  } satisfies ReportEvaluation
}

export interface SampleOptions {
  people?: number
  pairsPerFold?: number
  steps?: number
}

/** Runs of the shape and size that training and LFW give, from simulated embeddings. */
export function sampleRuns(
  count: number,
  { people = 100, pairsPerFold = 30, steps = 500 }: SampleOptions = {},
): ReportRun[] {
  return Array.from({ length: count }, (_, i) => {
    const random = rng(5, i)
    const stepsDone = Float64Array.from({ length: steps }, (__, k) => k + 1)
    const metric = (value: (step: number) => number) => ({ steps: stepsDone, values: stepsDone.map(value) })
    return {
      name: `run-${i + 1}`,
      data: { name: 'faces', people: 240, images: 4800, hash: 'ab'.repeat(32) },
      settings: {
        loss: 'lmcl',
        architecture: 'sfnet20',
        width: 1,
        input: '112x96',
        dimensions: 512,
        seed: i,
      },
      lossOptions: { scale: 64, margin: 0.35 },
      state: 'finished',
      steps,
      metrics: {
        loss: metric((step) => 20 * Math.exp(-step / steps) + random.normal()),
        accuracy: metric((step) => Math.min(1, step / steps)),
        rate: metric((step) => (step < steps / 2 ? 0.1 : 0.01)),
      },
      versions: { steradian: '0.1.0', onnxruntime: '1.30.0' },
      model: { sha256: 'cd'.repeat(32), bytes: 10_000_000 },
      evaluations: [verification(0.8 + 0.05 * i, { people, pairsPerFold })],
    }
  })
}
