import { grad, input, type Tensor } from '../../src/graph/index.ts'
import { aSoftmax, lmcl, nsl, softmax } from '../../src/losses/index.ts'
import { rng } from '../../src/math/rng.ts'
import { emit } from '../../src/onnx/index.ts'
import { createSession } from '../../src/runtime/node.ts'
import { evaluate, type Feeds } from '../evaluator/index.ts'

export type Loss = (x: Tensor, W: Tensor, labels: Tensor) => Tensor

/** Small numbers for a loss: `x` [N, D], `W` [C, D], `labels` [N]. */
export interface Problem {
  readonly N: number
  readonly D: number
  readonly C: number
  readonly x: readonly number[]
  readonly W: readonly number[]
  readonly labels: readonly number[]
}

/** Every form of the four losses that is the derivative of its value. */
export const exactLosses: Readonly<Record<string, Loss>> = {
  softmax: (x, W, y) => softmax(x, W, y),
  nsl: (x, W, y) => nsl(x, W, y),
  'nsl, features not normalised': (x, W, y) => nsl(x, W, y, { s: null }),
  'a-softmax, m 1': (x, W, y) => aSoftmax(x, W, y, { m: 1 }),
  'a-softmax, m 2': (x, W, y) => aSoftmax(x, W, y, { m: 2 }),
  'a-softmax, m 3': (x, W, y) => aSoftmax(x, W, y, { m: 3 }),
  'a-softmax, m 4': (x, W, y) => aSoftmax(x, W, y, { m: 4 }),
  'a-softmax, m 4, λ 5': (x, W, y) => aSoftmax(x, W, y, { m: 4, lambda: 5 }),
  'a-softmax, m 4, features normalised': (x, W, y) => aSoftmax(x, W, y, { m: 4, s: 16 }),
  lmcl: (x, W, y) => lmcl(x, W, y),
  'lmcl, features not normalised': (x, W, y) => lmcl(x, W, y, { s: null }),
}

/** The forms of A-Softmax whose gradient is not the derivative. */
export const otherForms: Readonly<Record<string, Loss>> = {
  'a-softmax renormalised': (x, W, y) => aSoftmax(x, W, y, { form: 'renormalised' }),
  'a-softmax renormalised, features normalised': (x, W, y) =>
    aSoftmax(x, W, y, { form: 'renormalised', s: 16, lambda: 5 }),
  'a-softmax detached': (x, W, y) => aSoftmax(x, W, y, { form: 'detached' }),
  'a-softmax detached, features normalised': (x, W, y) =>
    aSoftmax(x, W, y, { form: 'detached', s: 16, lambda: 5 }),
}

/** Normal x and W, uniform labels. */
export function randomProblem(seed: number, { N = 4, D = 5, C = 6 } = {}): Problem {
  const random = rng(seed)
  const normals = (n: number): number[] => Array.from({ length: n }, () => random.normal())
  return {
    N,
    D,
    C,
    x: normals(N * D),
    W: normals(C * D),
    labels: Array.from({ length: N }, () => random.below(C)),
  }
}

/** The graph of a loss on a problem with its gradients, and what to feed it. */
export function pose(
  build: Loss,
  { N, D, C, x, W, labels }: Problem,
): { outputs: Record<'loss' | 'gradX' | 'gradW', Tensor>; feeds: Feeds } {
  const [tx, tW] = [input('x', [N, D]), input('W', [C, D])]
  const loss = build(tx, tW, input('labels', [N], 'int32'))
  const [gradX, gradW] = grad(loss, [tx, tW]) as [Tensor, Tensor]
  return { outputs: { loss, gradX, gradW }, feeds: { x, W, labels } }
}

/** Value and gradients in float64. */
export function inFloat64(build: Loss, problem: Problem): Record<'loss' | 'gradX' | 'gradW', Float64Array> {
  const { outputs, feeds } = pose(build, problem)
  return evaluate(outputs, feeds)
}

/** Value and gradients of several losses in ONNX Runtime, by the loss's name, from one model. */
export async function inRuntime<Name extends string>(
  builds: Readonly<Record<Name, Loss>>,
  problem: Problem,
): Promise<Record<Name, Record<'loss' | 'gradX' | 'gradW', Float32Array>>> {
  const { N, D, C, x, W, labels } = problem
  const names = Object.keys(builds) as Name[]
  const [tx, tW, ty] = [input('x', [N, D]), input('W', [C, D]), input('labels', [N], 'int32')]
  const outputs = names.flatMap((name) => {
    const loss = builds[name](tx, tW, ty)
    const [gradX, gradW] = grad(loss, [tx, tW]) as [Tensor, Tensor]
    return Object.entries({ loss, gradX, gradW }).map(([key, tensor]) => [`${name}: ${key}`, tensor] as const)
  })
  const session = await createSession(emit(Object.fromEntries(outputs), { name: 'losses' }), { threads: 1 })
  const got = await session.run({
    x: { type: 'float32', shape: [N, D], data: Float32Array.from(x) },
    W: { type: 'float32', shape: [C, D], data: Float32Array.from(W) },
    labels: { type: 'int32', shape: [N], data: Int32Array.from(labels) },
  })
  await session.close()
  const values = (name: string, key: string): Float32Array => got[`${name}: ${key}`]!.data as Float32Array
  return Object.fromEntries(
    names.map((name) => [
      name,
      { loss: values(name, 'loss'), gradX: values(name, 'gradX'), gradW: values(name, 'gradW') },
    ]),
  ) as Record<Name, Record<'loss' | 'gradX' | 'gradW', Float32Array>>
}
