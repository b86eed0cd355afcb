import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sfnet } from '../src/backbones/index.ts'
import { input, rewrite, type Tensor } from '../src/graph/index.ts'
import { lmcl } from '../src/losses/index.ts'
import { gaussian } from '../src/nn/index.ts'
import { emit } from '../src/onnx/index.ts'
import { sgd } from '../src/optim/index.ts'
import { createSession } from '../src/runtime/node.ts'
import { buildStep, compile, embeddingModel } from '../src/train/index.ts'
import { relativeError } from './evaluator/index.ts'
import { opNames, outputsOf, usesOf } from './graph/op-uses.ts'

const python = process.env.PYTHON ?? 'python3'

/** Reads the paths of models from its arguments and prints what the checker and the runtime say of each. */
const script = `
import json, sys, numpy, onnx, onnxruntime
said = {}
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(path, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
        said[path] = {
            'outputs': [[o.name, o.shape] for o in session.get_outputs()],
            'metadata': session.get_modelmeta().custom_metadata_map,
        }
        if [i.name for i in session.get_inputs()] == ['image']:
            shape = [3] + session.get_inputs()[0].shape[1:]
            image = (numpy.arange(numpy.prod(shape)) * 7 % 256).astype(numpy.uint8).reshape(shape)
            said[path]['rows'] = session.run(['embedding'], {'image': image})[0].tolist()
    except Exception as error:
        said[path] = {'error': str(error)}
print(json.dumps(said))
`

function hasPackages(): boolean {
  try {
    execFileSync(python, ['-c', 'import onnx, onnxruntime'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** All cases of an operator as one graph. */
function caseGraph(op: (typeof opNames)[number]): Record<string, Tensor> {
  const outputs: Record<string, Tensor> = {}
  usesOf(op).forEach((use, i) => {
    const renamed = rewrite(outputsOf(use), ({ leaf, shape, dtype }) =>
      leaf?.kind === 'input' ? input(`${i}:${leaf.name}`, shape, dtype) : null,
    )
    for (const [name, tensor] of Object.entries(renamed)) outputs[`${i}:${name}`] = tensor
  })
  return outputs
}

const backbone = (pixels: Tensor): Tensor => sfnet(pixels, { depth: 10, width: 0.0625, dimensions: 6 })
const size = { height: 16, width: 12 }
const step = buildStep({
  ...size,
  backbone,
  loss: lmcl,
  optimiser: sgd(),
  batch: 3,
  classes: 5,
  prototypes: gaussian(0.1),
})
const values = new Map(
  step.parameters.map(({ name, shape }) => [
    name,
    new Float32Array(shape.reduce((n, k) => n * k, 1)).fill(0.01),
  ]),
)

const models: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(opNames.map((op) => [`op-${op}`, emit(caseGraph(op), { name: op })])),
  step: emit(step.outputs, { name: 'step' }),
  'lowered-step': compile(step, 'cpu').bytes,
  'embedding-plain': embeddingModel({ ...size, backbone, values, lowering: 'plain' }),
  'embedding-none': embeddingModel({ ...size, backbone, values }),
  'embedding-sum': embeddingModel({ ...size, backbone, values, flip: 'sum' }),
  embedding: embeddingModel({ ...size, backbone, values, flip: 'concat', metadata: { licence: 'MIT' } }),
}

describe.skipIf(!hasPackages())(
  'with python3, onnx and onnxruntime (PYTHON names another interpreter)',
  () => {
    let folder = ''
    let said: Record<
      string,
      { error?: string; outputs?: [string, unknown[]][]; metadata?: object; rows?: number[][] }
    > = {}
    const pathOf = (name: string): string => join(folder, `${name}.onnx`)

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'steradian-onnx-'))
      for (const [name, bytes] of Object.entries(models)) writeFileSync(pathOf(name), bytes)
      said = JSON.parse(
        execFileSync(python, ['-c', script, ...Object.keys(models).map(pathOf)], {
          encoding: 'utf8',
          maxBuffer: 2 ** 26,
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      )
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    it.each(Object.keys(models))('%s passes the checker, with the shapes it declares, and loads', (name) => {
      expect(said[pathOf(name)]!.error).toBeUndefined()
    })

    it('the step gives the loss and the next value of every state tensor, with their shapes', () => {
      const outputs = Object.fromEntries(said[pathOf('step')]!.outputs!)
      expect(outputs).toEqual(
        Object.fromEntries(Object.entries(step.outputs).map(([name, { shape }]) => [name, shape])),
      )
    })

    it('the embedding takes any batch and carries its metadata', () => {
      const { outputs, metadata } = said[pathOf('embedding')]!
      expect(outputs).toEqual([
        ['embedding', ['N', 12]],
        ['feature', ['N', 12]],
      ])
      expect(metadata).toEqual({ licence: 'MIT' })
    })

    it.each(['embedding', 'embedding-none', 'embedding-sum'])(
      '%s gives a unit row a picture, as here',
      async (name) => {
        const { rows } = said[pathOf(name)]!
        expect(rows).toHaveLength(3)
        const image = Uint8Array.from({ length: 3 * size.height * size.width * 3 }, (_, i) => (i * 7) % 256)
        const session = await createSession(models[name]!, { threads: 1 })
        const { embedding } = await session
          .run({ image: { type: 'uint8', shape: [3, size.height, size.width, 3], data: image } })
          .finally(session.close)
        expect(relativeError(rows!.flat(), embedding!.data as Float32Array)).toBeLessThan(1e-6)
        for (const row of rows!) expect(Math.hypot(...row)).toBeCloseTo(1, 5)
      },
    )
  },
)
