import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formula } from '../../test/backbones/formula.ts'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import {
  grad,
  input,
  mul,
  nextOfKept,
  reduceSum,
  type Shape,
  type Tensor,
  topologicalOrder,
  withoutKeeping,
} from '../graph/index.ts'
import { emit, lower } from '../onnx/index.ts'
import { createSession } from '../runtime/index.ts'
import { type ArchitectureOptions, architectureNamed, networkSize } from './index.ts'

interface Case {
  readonly name: string
  readonly options: ArchitectureOptions
  readonly shape: readonly number[]
  /** Features in use, and in training, [N, D]. */
  readonly used: readonly number[]
  readonly trained: readonly number[]
  /** By name of a tensor, the sum of its numbers times those of `formula('probe NAME')`: gradients, and running statistics. */
  readonly gradients: Readonly<Record<string, number>>
  readonly kept: Readonly<Record<string, number>>
}

const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/backbones.json', import.meta.url), 'utf8'),
) as { readonly parameters: Readonly<Record<string, number>>; readonly cases: readonly Case[] }

const build = ({ name, options, shape }: Pick<Case, 'name' | 'options' | 'shape'>, training = false) =>
  architectureNamed(name).build(input('pixels', shape), { ...options, training })

/** The leaves with names, by name. */
const leavesOf = (outputs: readonly Tensor[]): Map<string, Tensor> =>
  new Map(
    topologicalOrder(outputs).flatMap((node) =>
      node.leaf && 'name' in node.leaf ? [[node.leaf.name, node] as const] : [],
    ),
  )
const feedsOf = (outputs: readonly Tensor[]): Record<string, Float32Array> =>
  Object.fromEntries([...leavesOf(outputs)].map(([name, { shape }]) => [name, formula(name, shape)]))

/** The sum of all elements of `x`, each times a number that follows from the name. */
const probe = (name: string, shape: Shape, x: ArrayLike<number>): number =>
  formula(`probe ${name}`, shape).reduce((sum, weight, i) => sum + weight * x[i]!, 0)

const nameOf = ({ name, options: { batchNorm, hidden } }: Case): string =>
  `${name}${batchNorm ? ' with batch normalisation' : ''}${hidden ? ` and layers of ${hidden}` : ''}`
const named = fixture.cases.map((one) => [nameOf(one), one] as const)

describe('on the same weights as PyTorch', () => {
  it.each(named)('%s gives the same features', (_, one) => {
    const features = build(one)
    expect(relativeError(evaluate({ features }, feedsOf([features])).features, one.used)).toBeLessThan(1e-9)
  })

  it.each(named)('%s in training gives the same features, gradients and running statistics', (_, one) => {
    const y = build(one, true)
    const leaves = leavesOf([y])
    const parameters = [...leaves].filter(([, { leaf }]) => leaf?.kind === 'parameter')
    const loss = reduceSum(mul(y, input('cotangent', y.shape)))
    const gradients = grad(
      loss,
      parameters.map(([, node]) => node),
    )
    const next = nextOfKept([y])
    const outputs = withoutKeeping({
      trained: y,
      ...Object.fromEntries(parameters.map(([name], i) => [`d ${name}`, gradients[i]!])),
      ...Object.fromEntries(
        [...next].map(([leaf, value]) => [`next ${(leaf.leaf as { name: string }).name}`, value]),
      ),
    })
    const values: Record<string, Float64Array> = evaluate(outputs, feedsOf(Object.values(outputs)))
    expect(relativeError(values.trained!, one.trained)).toBeLessThan(1e-9)
    expect(parameters.map(([name]) => name).sort()).toEqual(Object.keys(one.gradients).sort())
    expect(next.size).toBe(Object.keys(one.kept).length)
    for (const [kind, expected] of [
      ['d', one.gradients],
      ['next', one.kept],
    ] as const)
      for (const [name, value] of Object.entries(expected))
        expect(
          Math.abs(probe(name, leaves.get(name)!.shape, values[`${kind} ${name}`]!) - value),
          `${kind} ${name}`,
        ).toBeLessThan(1e-9 * (1 + Math.abs(value)))
  })

  it.each(named)('%s gives the same features in the runtime, plain and lowered', async (_, one) => {
    const features = build(one)
    const { pixels, ...values } = feedsOf([features])
    for (const outputs of [{ features }, lower({ features })]) {
      const bytes = emit(outputs, { name: 'network', values: new Map(Object.entries(values)) })
      const session = await createSession(bytes, { threads: 1 })
      const results = await session
        .run({ pixels: { type: 'float32', shape: one.shape, data: pixels! } })
        .finally(session.close)
      expect(relativeError(Float64Array.from(results.features!.data, Number), one.used)).toBeLessThan(1e-4)
    }
  })

  it.each(Object.entries(fixture.parameters))('%s has as many parameters', (name, count) => {
    const dimensions = name === 'mobilefacenet' ? 128 : 512
    const shape = [1, 3, 112, name.startsWith('sfnet') ? 96 : 112]
    expect(networkSize(build({ name, options: { dimensions }, shape })).parameters).toBe(count)
  })
})
