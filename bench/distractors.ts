import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { rng } from '../src/math/rng.ts'
import type { Setup } from './setup.ts'

const columns = 512
const people = 80
const probeCount = 3530

/**
 * Writes unit features as MegaFace's first challenge has them, 3,530 probes of 80 people and `rows` distractors, runs `use`
 * on them, and takes them away. Mates lie at cosines near 0.5, impostors near 0, as with a good model.
 */
export async function withDistractors<T>(
  { rows, threads }: { readonly rows: number; readonly threads: number },
  use: (setup: Setup) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'steradian-bench-'))
  const at = (name: string): string => join(folder, name)
  try {
    const random = rng(1)
    // The sum of three uniform numbers is near enough to normal, and quick to draw a thousand million times.
    const draw = (): number => random.uniform() + random.uniform() + random.uniform() - 1.5
    const centres = Float32Array.from({ length: people * columns }, draw)
    const labels = Int32Array.from({ length: probeCount }, (_, i) => i % people)
    const probes = new Float32Array(probeCount * columns)
    for (let i = 0; i < probeCount; i++)
      fillUnit(probes, i * columns, (k) => centres[labels[i]! * columns + k]! + draw())
    await writeFile(at('probes.f32'), new Uint8Array(probes.buffer))
    await writeFile(at('labels.i32'), new Uint8Array(labels.buffer))
    const piece = 10_000
    function* pieces(): Generator<Uint8Array> {
      for (let first = 0; first < rows; first += piece) {
        const data = new Float32Array(Math.min(piece, rows - first) * columns)
        for (let start = 0; start < data.length; start += columns) fillUnit(data, start, draw)
        yield new Uint8Array(data.buffer)
      }
    }
    await pipeline(Readable.from(pieces()), createWriteStream(at('distractors.f32')))
    return await use({
      kind: 'distractors',
      distractors: at('distractors.f32'),
      probes: at('probes.f32'),
      labels: at('labels.i32'),
      ...{ rows, columns, threads },
      fars: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2],
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Writes a row of length 1 at `start`. */
function fillUnit(out: Float32Array, start: number, value: (k: number) => number): void {
  let square = 0
  for (let k = 0; k < columns; k++) {
    const v = value(k)
    out[start + k] = v
    square += v * v
  }
  const scale = 1 / Math.sqrt(square)
  for (let k = 0; k < columns; k++) out[start + k]! *= scale
}
