import { UsageError } from '../../src/errors.ts'
import {
  grad,
  input,
  nextOfKept,
  parameter,
  rewrite,
  type Shape,
  type Tensor,
  topologicalOrder,
  withoutKeeping,
} from '../../src/graph/index.ts'
import { termOptions } from '../../src/losses/added-terms.ts'
import { type BuiltLoss, type LossEntry, type LossOption, losses } from '../../src/losses/index.ts'
import { type Random, rng } from '../../src/math/rng.ts'
import { emit } from '../../src/onnx/index.ts'
import { createSession } from '../../src/runtime/node.ts'
import type { TensorData } from '../../src/runtime/session.ts'

const [N, D, C] = [6, 4, 4]

/** The most sub-centres that are tried. */
const mostCentres = 3

/** The ends of a number's domain: where it has no upper one, ten times what is usual. */
function endsOf({ name, domain, default: usual }: LossOption & { kind: 'number' }): number[] {
  const most = name === 'subCentres' ? mostCentres : (domain.max ?? 10 * (usual || 1))
  return [...(domain.open ? [] : [domain.min]), most].filter((end) => end !== usual)
}

/** The loss with one setting changed, or none where its other settings do not allow it. */
function builtWith(build: LossEntry['build'], given: Readonly<Record<string, unknown>>): BuiltLoss | null {
  try {
    return build(given)
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}

/**
 * Settings of a loss that take other ways through it: each choice of each option alone, and both ends of each number. The terms
 * that can be added to any are added to softmax, which lets lengths be, and to NSL.
 */
function variantsOf({ name, options, build }: LossEntry): Map<string, BuiltLoss> {
  const built = new Map([['', build()]])
  for (const option of options) {
    const isTerm = termOptions.includes(option)
    if (isTerm && name !== 'softmax' && name !== 'nsl') continue
    const beside: Record<string, unknown> = {}
    if (name === 'sphereface2' && option.name === 'variant') beside.margin = 1.5
    if (option.name === 'tripletMining' && isTerm) beside.triplet = 1
    if (option.name.startsWith('mhe')) beside.mhe = 0.1
    if (option.kind !== 'number')
      for (const value of option.kind === 'choice' ? option.choices : [true, false])
        built.set(`${option.name} ${value}`, build({ ...beside, [option.name]: value }))
    else if (isTerm && option.default === 0) built.set(option.name, build({ [option.name]: 1 }))
    else if (!isTerm)
      for (const end of endsOf(option)) {
        const loss = builtWith(build, { [option.name]: end })
        if (loss) built.set(`${option.name} ${end}`, loss)
      }
  }
  return built
}

const pick = <Value>(random: Random, values: readonly Value[]): Value => values[random.below(values.length)]!

/** Rows of all lengths from 1e-10 to 1e8: random, zero, or along another row, against it, or within rounding of it. */
function rows(random: Random, count: number, others: readonly (readonly number[])[]): number[][] {
  const known = [...others]
  return Array.from({ length: count }, () => {
    const length = random.below(2) === 0 ? 1 : 10 ** (18 * random.uniform() - 10)
    const kind = random.below(8)
    const base = known.length > 0 ? pick(random, known) : null
    const size = base ? Math.hypot(...base) : 0
    const noise = kind === 6 ? 10 ** (-8 * random.uniform()) : 0
    const row =
      kind < 3 || size === 0
        ? Array.from({ length: D }, () => length * random.normal())
        : kind === 3
          ? new Array<number>(D).fill(0)
          : base!.map(
              (value) => ((kind === 4 ? -length : length) * value) / size + length * noise * random.normal(),
            )
    known.push(row)
    return row
  })
}

const float32 = (shape: Shape, data: ArrayLike<number>): TensorData => ({
  type: 'float32',
  shape,
  data: Float32Array.from(data),
})

/**
 * Runs a loss of the catalogue, in all its variants, on `batches` batches in the runtime: values, gradients in x, W and what
 * else is learnt, and what is kept, which goes on from batch to batch. Gives what is not finite, a line each.
 */
export async function unfiniteOf(
  entry: LossEntry,
  { batches, seed = 1 }: { batches: number; seed?: number },
): Promise<string[]> {
  const [x, labels] = [input('x', [N, D]), input('labels', [N], 'int32')]
  const centres = Array.from({ length: mostCentres }, (_, i) => i + 1)
  const prototypes = new Map(centres.map((K) => [K, input(`W${K}`, [C * K, D])]))
  const outputs: Record<string, Tensor> = {}
  const own = new Map<string, Tensor>()
  for (const [variant, { loss, prototypesPerClass = 1 }] of variantsOf(entry)) {
    const W = prototypes.get(prototypesPerClass)!
    const value = loss(x, W, labels)
    const learnt = topologicalOrder([value]).filter(({ leaf }) => leaf?.kind === 'parameter')
    const gradients = grad(value, [x, W, ...learnt])
    const all: Record<string, Tensor> = { loss: value, gradX: gradients[0]!, gradW: gradients[1]! }
    learnt.forEach(({ leaf }, i) => {
      if (leaf && 'name' in leaf) all[`grad ${leaf.name}`] = gradients[i + 2]!
    })
    for (const [{ leaf }, next] of nextOfKept([value]))
      if (leaf && 'name' in leaf) all[`next ${leaf.name}`] = next
    const shared = new Set<Tensor>([x, W, labels])
    const renamed = rewrite(withoutKeeping(all), (node) => {
      const { leaf, shape } = node
      if (!leaf || !('name' in leaf) || shared.has(node)) return null
      const name = `${variant}/${leaf.name}`
      own.set(name, own.get(name) ?? node)
      return leaf.kind === 'parameter' ? parameter(name, shape, leaf) : input(name, shape)
    })
    for (const [key, tensor] of Object.entries(renamed)) outputs[`${variant}: ${key}`] = tensor
  }
  const session = await createSession(emit(outputs, { name: 'losses' }), { threads: 1 })
  const wanted = new Set(session.inputs.map(({ name }) => name))
  const state = new Map<string, TensorData>()
  const broken: string[] = []
  for (let batch = 0; batch < batches && broken.length < 10; batch++) {
    const random = rng(seed, batch)
    const most = rows(random, C * mostCentres, [])
    const features = rows(random, N, most)
    const one = random.below(C)
    const single = random.below(6) === 0
    const feeds: Record<string, TensorData> = {
      x: float32([N, D], features.flat()),
      labels: {
        type: 'int32',
        shape: [N],
        data: Int32Array.from({ length: N }, () => (single ? one : random.below(C))),
      },
    }
    for (const K of centres) feeds[`W${K}`] = float32([C * K, D], most.slice(0, C * K).flat())
    for (const [name, { leaf, shape }] of own) {
      const stream = rng(seed, batch, 7)
      if (leaf?.kind === 'scheduled') feeds[name] = float32([], [leaf.at(batch + 1, batches)])
      if (leaf?.kind === 'drawn') feeds[name] = float32(shape, leaf.draw(stream, shape))
      if (leaf?.kind === 'kept') feeds[name] = state.get(name) ?? float32(shape, leaf.init(stream, shape))
      if (leaf?.kind === 'parameter')
        feeds[name] = float32(
          shape,
          leaf.init(stream, shape).map((start) => start + random.normal()),
        )
    }
    const got = await session.run(
      Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name))),
    )
    for (const [key, { data, shape }] of Object.entries(got)) {
      const bad = Array.from(data as Float32Array).find((value) => !Number.isFinite(value))
      if (bad !== undefined) broken.push(`${entry.name}, batch ${batch}, ${key} [${shape}]: ${bad}`)
      const [variant, what] = key.split(': ') as [string, string]
      if (what.startsWith('next ')) state.set(`${variant}/${what.slice(5)}`, { ...got[key]! })
    }
  }
  await session.close()
  return broken
}

/** The catalogue, for `test.each`. */
export const byName: readonly (readonly [string, LossEntry])[] = losses.map((entry) => [entry.name, entry])
