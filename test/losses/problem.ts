import { grad, input, type Tensor } from '../../src/graph/index.ts'
import {
  adaFace,
  arcFace,
  aSoftmax,
  centerLoss,
  circle,
  circlePairs,
  combinedMargin,
  contrastive,
  curricularFace,
  lmcl,
  lSoftmax,
  magFace,
  mhe,
  mheOfBatch,
  nextAdaCosScale,
  nsl,
  softmax,
  sphereFace2,
  sphereFaceR,
  triplet,
  uniFace,
} from '../../src/losses/index.ts'
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

/** Losses whose gradient is the derivative of their value. */
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
  'l-softmax, m 2': (x, W, y) => lSoftmax(x, W, y, { m: 2 }),
  'l-softmax, m 4, λ 5': (x, W, y) => lSoftmax(x, W, y, { m: 4, lambda: 5 }),
  arcface: (x, W, y) => arcFace(x, W, y),
  'arcface, m 1.6': (x, W, y) => arcFace(x, W, y, { s: 16, m: 1.6 }),
  'combined margin': (x, W, y) => combinedMargin(x, W, y),
  'combined margin, m1 1.7': (x, W, y) => combinedMargin(x, W, y, { s: 16, m1: 1.7, m2: 0, m3: 0 }),
  'sphereface-r v1': (x, W, y) => sphereFaceR(x, W, y, { form: 'exact' }),
  'sphereface-r v2': (x, W, y) => sphereFaceR(x, W, y, { version: 'v2', m: 1.4, form: 'exact' }),
  'sphereface-r v1, soft': (x, W, y) => sphereFaceR(x, W, y, { norm: 'soft', s: 4, form: 'exact' }),
  'sphereface-r v2, none': (x, W, y) => sphereFaceR(x, W, y, { version: 'v2', norm: 'none', form: 'exact' }),
  'sphereface2 C': (x, W, y) => sphereFace2(x, W, y, { bias: -2, form: 'exact' }),
  'sphereface2 A': (x, W, y) => sphereFace2(x, W, y, { variant: 'A', m: 0.5, bias: -2, form: 'exact' }),
  'sphereface2 M': (x, W, y) => sphereFace2(x, W, y, { variant: 'M', m: 1.5, bias: -2, form: 'exact' }),
  uniface: (x, W, y) => uniFace(x, W, y, { bias: 5 }),
  magface: (x, W, y) => magFace(x, W, y),
  'magface, lengths between': (x, W, y) =>
    magFace(x, W, y, { s: 16, lowerNorm: 0.1, upperNorm: 6, lambda: 5 }),
  'curricularface, t 0': (x, W, y) => curricularFace(x, W, y, { s: 16, t: 0 }),
  'center, prototypes for centres': (x, W, y) => centerLoss(x, W, y),
}

/** Losses, and forms of them, whose gradient is not the derivative, or is held against it elsewhere. */
export const otherForms: Readonly<Record<string, Loss>> = {
  'a-softmax renormalised': (x, W, y) => aSoftmax(x, W, y, { form: 'renormalised' }),
  'a-softmax renormalised, features normalised': (x, W, y) =>
    aSoftmax(x, W, y, { form: 'renormalised', s: 16, lambda: 5 }),
  'a-softmax detached': (x, W, y) => aSoftmax(x, W, y, { form: 'detached' }),
  'a-softmax detached, features normalised': (x, W, y) =>
    aSoftmax(x, W, y, { form: 'detached', s: 16, lambda: 5 }),
  'sphereface-r v1 detached': (x, W, y) => sphereFaceR(x, W, y),
  'sphereface-r v2 detached, soft': (x, W, y) => sphereFaceR(x, W, y, { version: 'v2', norm: 'soft' }),
  'sphereface2 C detached': (x, W, y) => sphereFace2(x, W, y, { bias: -2 }),
  'sphereface2 A detached': (x, W, y) => sphereFace2(x, W, y, { variant: 'A', m: 0.5, bias: -2 }),
  'circle, class form': (x, W, y) => circle(x, W, y),
  'circle, pair form': (x, _, y) => circlePairs(x, y),
  adaface: (x, W, y) => adaFace(x, W, y, { mean: 1.5, std: 0.2 }),
  curricularface: (x, W, y) => curricularFace(x, W, y, { t: 0.6 }),
  adacos: (x, W, y) => nsl(x, W, y, { s: nextAdaCosScale(x, W, y, { s: 8 }) }),
  contrastive: (x, _, y) => contrastive(x, y),
  'contrastive, not normalised': (x, _, y) => contrastive(x, y, { normalise: false }),
  'mhe, batch': (_, W, y) => mheOfBatch(W, y),
  'mhe, all pairs': (_, W) => mhe(W),
  triplet: (x, _, y) => triplet(x, y),
  'triplet, hard': (x, _, y) => triplet(x, y, { mining: 'hard' }),
  'triplet, not normalised': (x, _, y) => triplet(x, y, { normalise: false }),
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

type Results<Name extends string, Data> = Record<Name, Record<'loss' | 'gradX' | 'gradW', Data>>

/**
 * Several losses with their gradients in ONNX Runtime, as one model for problems of one size: `run` gives values and gradients
 * by the loss's name.
 */
export async function openRuntime<Name extends string>(
  builds: Readonly<Record<Name, Loss>>,
  { N, D, C }: Pick<Problem, 'N' | 'D' | 'C'>,
): Promise<{ run(problem: Problem): Promise<Results<Name, Float32Array>>; close(): Promise<void> }> {
  const names = Object.keys(builds) as Name[]
  const [tx, tW, ty] = [input('x', [N, D]), input('W', [C, D]), input('labels', [N], 'int32')]
  const outputs = names.flatMap((name) => {
    const loss = builds[name](tx, tW, ty)
    const [gradX, gradW] = grad(loss, [tx, tW]) as [Tensor, Tensor]
    return Object.entries({ loss, gradX, gradW }).map(([key, tensor]) => [`${name}: ${key}`, tensor] as const)
  })
  const session = await createSession(emit(Object.fromEntries(outputs), { name: 'losses' }), { threads: 1 })
  const run = async ({ x, W, labels }: Problem): Promise<Results<Name, Float32Array>> => {
    const got = await session.run({
      x: { type: 'float32', shape: [N, D], data: Float32Array.from(x) },
      W: { type: 'float32', shape: [C, D], data: Float32Array.from(W) },
      labels: { type: 'int32', shape: [N], data: Int32Array.from(labels) },
    })
    const values = (name: string, key: string): Float32Array => got[`${name}: ${key}`]!.data as Float32Array
    return Object.fromEntries(
      names.map((name) => [
        name,
        { loss: values(name, 'loss'), gradX: values(name, 'gradX'), gradW: values(name, 'gradW') },
      ]),
    ) as Results<Name, Float32Array>
  }
  return { run, close: session.close }
}

/** Value and gradients of several losses in ONNX Runtime, by the loss's name, from one model. */
export async function inRuntime<Name extends string>(
  builds: Readonly<Record<Name, Loss>>,
  problem: Problem,
): Promise<Results<Name, Float32Array>> {
  const { run, close } = await openRuntime(builds, problem)
  return run(problem).finally(close)
}
