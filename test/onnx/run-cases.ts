import { input, rewrite, type Tensor } from '../../src/graph/index.ts'
import { emit } from '../../src/onnx/index.ts'
import { createSession } from '../../src/runtime/node.ts'
import type { TensorData } from '../../src/runtime/session.ts'
import { tensorData } from '../graph/op-inputs.ts'

/** A graph whose leaves are inputs, with the numbers to feed. */
export interface Case {
  readonly outputs: Readonly<Record<string, Tensor>>
  readonly feeds: Readonly<Record<string, ArrayLike<number>>>
}

/** What ONNX Runtime makes of each case: one model holds them all, since starting a session takes longer than all else. */
export async function runCases(cases: readonly Case[]): Promise<Record<string, Float64Array>[]> {
  const outputs: Record<string, Tensor> = {}
  const feeds: Record<string, TensorData> = {}
  cases.forEach((one, i) => {
    const renamed = rewrite(one.outputs, ({ leaf, shape, dtype }) => {
      if (leaf?.kind !== 'input') return null
      feeds[`${i}:${leaf.name}`] = tensorData(one.feeds[leaf.name]!, shape, dtype)
      return input(`${i}:${leaf.name}`, shape, dtype)
    })
    for (const [name, tensor] of Object.entries(renamed)) outputs[`${i}:${name}`] = tensor
  })
  const session = await createSession(emit(outputs, { name: 'cases' }), { threads: 1 })
  const results = await session.run(feeds).finally(session.close)
  return cases.map(({ outputs: own }, i) =>
    Object.fromEntries(
      Object.keys(own).map((name) => [name, Float64Array.from(results[`${i}:${name}`]!.data, Number)]),
    ),
  )
}
