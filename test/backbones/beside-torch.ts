import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { architectureNamed } from '../../src/backbones/index.ts'
import { input, topologicalOrder } from '../../src/graph/index.ts'
import { emit, lower } from '../../src/onnx/index.ts'
import { createSession } from '../../src/runtime/index.ts'
import { relativeError } from '../evaluator/index.ts'
import { formula } from './formula.ts'

const script = fileURLToPath(new URL('../fixtures/backbones.py', import.meta.url))
const python = process.env.PYTHON ?? 'python3'

/** Whether the interpreter of the rivals (`PYTHON`, or python3) has what test/fixtures/backbones.py needs. */
export const hasTorch = spawnSync(python, ['-c', 'import torch, numpy']).status === 0

/** The largest relative difference between features of a network of full size here, lowered, and in PyTorch, on two pictures. */
export async function errorBesideTorch(
  name: string,
  { height, width, dimensions }: { height: number; width: number; dimensions: number },
): Promise<number> {
  const words = [script, name, ...[height, width, dimensions].map(String)]
  const { stdout, stderr, status } = spawnSync(python, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${python} ${words.join(' ')}: ${stderr}`)
  const shape = [2, 3, height, width]
  const features = architectureNamed(name).build(input('pixels', shape), { dimensions })
  const values = new Map(
    topologicalOrder([features]).flatMap(({ leaf, shape: own }) =>
      leaf?.kind === 'parameter' || leaf?.kind === 'kept'
        ? [[leaf.name, formula(leaf.name, own)] as const]
        : [],
    ),
  )
  const session = await createSession(emit(lower({ features }), { name: 'network', values }), { threads: 1 })
  const results = await session
    .run({ pixels: { type: 'float32', shape, data: formula('pixels', shape) } })
    .finally(session.close)
  return relativeError(Float64Array.from(results.features!.data, Number), JSON.parse(stdout) as number[])
}
