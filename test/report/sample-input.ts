import sharp from 'sharp'
import { identifyAmongDistractors, lfw, makePairs, verifyAmongDistractors } from '../../src/evaluate/index.ts'
import { matrix } from '../../src/math/matrix.ts'
import { rng } from '../../src/math/rng.ts'
import { type DemoReportInput, judgedPairs, type LossReport } from '../../src/report/index.ts'

const columns = 16
const people = 60
const imagesEach = 8

/** Directions of people with noise about them; a lower noise stands for a better loss. */
function directions(seed: number, noise: number, count: number) {
  const centres = rng(seed, 1)
  const random = rng(seed, 2)
  const centre = Float64Array.from({ length: (count / imagesEach) * columns }, () => centres.normal() + 0.4)
  return matrix(
    Float32Array.from({ length: count * columns }, (_, k) => {
      const person = Math.floor(k / columns / imagesEach)
      return centre[person * columns + (k % columns)]! + noise * random.normal()
    }),
    columns,
  )
}

function loss(name: string, noise: number, settings: LossReport['settings'], scale: number): LossReport {
  const labels = Int32Array.from({ length: people * imagesEach }, (_, i) => Math.floor(i / imagesEach))
  const probes = directions(7, noise, labels.length)
  const distractors = directions(8, noise, 400)
  const images = Array.from(labels, (label, i) => `person ${label + 1}/image ${(i % imagesEach) + 1}`)
  const pairs = makePairs(labels, { folds: 10, pairsPerFold: 120, seed: 1, images })
  const verified = lfw({ feature: probes }, pairs)
  const random = rng(9, Math.round(100 * noise))
  return {
    name,
    ...verified,
    pairs: judgedPairs(verified, pairs),
    identification: identifyAmongDistractors(probes, labels, distractors),
    amongDistractors: verifyAmongDistractors(probes, labels, distractors, { fars: [0.01, 0.001] }),
    lossCurve: Array.from({ length: 400 }, (_, i) => ({
      step: i + 1,
      loss: scale * (5.48 * Math.exp(-i / 150) + 0.6 + 0.3 * random.normal() * Math.exp(-i / 300)),
    })),
    settings,
    seconds: 50 + 10 * noise,
  }
}

/** Pictures of no face: a tint a person, a gradient a picture. */
async function pictures(person: number): Promise<Uint8Array[]> {
  const [width, height] = [24, 28]
  return await Promise.all(
    Array.from({ length: imagesEach }, async (_, k) => {
      const pixels = Uint8Array.from({ length: width * height * 3 }, (__, i) => {
        const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
        return (40 + 37 * person * (c + 1) + 4 * x + 2 * y + 9 * k) % 256
      })
      return new Uint8Array(
        await sharp(pixels, { raw: { width, height, channels: 3 } })
          .png()
          .toBuffer(),
      )
    }),
  )
}

/** A report's input of the shape and size that the main job gives, from simulated embeddings. */
export async function sampleInput(): Promise<DemoReportInput> {
  return {
    losses: [
      loss('softmax', 1.15, { scale: 'learnt', margin: 'none', bias: true }, 1),
      loss('NSL', 1.0, { scale: 20, margin: 'none', bias: false }, 1.1),
      loss('A-Softmax', 0.95, { scale: 'learnt', margin: 'm = 4', 'λ reached': 5.37, bias: false }, 1.25),
      loss('LMCL', 0.9, { scale: 20, margin: 'm = 0.2', bias: false }, 1.6),
    ],
    training: { people: 240, images: 4800 },
    testing: { people, images: people * imagesEach },
    distractors: { people: 50, images: 400 },
    faces: await Promise.all(
      Array.from({ length: 4 }, async (_, i) => ({ name: `person ${i + 1}`, images: await pictures(i) })),
    ),
    faceAspect: 28 / 24,
    settings: { architecture: 'SFNet-4, width 0.25', input: '28 × 24', epochs: 8, batch: 64, rate: 0.05 },
    seed: 0,
    versions: { steradian: '0.1.0', node: '24.0.0', onnxruntime: '1.30.0', machine: 'linux x64, 2 cores' },
    seconds: 231,
  }
}
