import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { input, type Tensor, topologicalOrder } from '../graph/index.ts'
import { rng } from '../math/rng.ts'
import { crossEntropyOf, type LossEntry, losses, lossNamed, lossParts } from './index.ts'

const [samples, dimensions, classes, chunk] = [4, 5, 9, 3]
const labelled = [8, 0, 4, 4]

/** Numbers for all that `tensors` read besides features, prototypes and labels; per class those of one chunk. */
function leavesOf(tensors: readonly Tensor[], first: number): Record<string, ArrayLike<number>> {
  const feeds: Record<string, ArrayLike<number>> = {}
  for (const { leaf, shape } of topologicalOrder(tensors)) {
    if (leaf?.kind === 'scheduled') feeds[leaf.name] = [leaf.at(3, 10)]
    if (leaf?.kind === 'drawn') feeds[leaf.name] = leaf.draw(rng(1), shape)
    if (leaf?.kind === 'kept') feeds[leaf.name] = leaf.init(rng(2), shape)
    if (leaf?.kind === 'parameter' && leaf.name === 'head.bias')
      feeds[leaf.name] = numbers([classes], 7).slice(first, first + shape[0]!)
  }
  return feeds
}

/** The logits of classes first … first + count − 1. */
function logitsOf(
  { loss, prototypesPerClass: K = 1 }: ReturnType<LossEntry['build']>,
  first: number,
  count: number,
) {
  const x = input('x', [samples, dimensions])
  const W = input('W', [count * K, dimensions])
  const labels = input('labels', [samples], 'int32')
  const terms = (tensor: Tensor): readonly Tensor[] =>
    crossEntropyOf(tensor) || tensor.op?.type !== 'Add' ? [tensor] : tensor.inputs.flatMap(terms)
  const entropy = terms(loss(x, W, labels))
    .map(crossEntropyOf)
    .find(Boolean)
  if (!entropy) return null
  const { logits } = entropy
  const rows = numbers([classes * K, dimensions], 5).slice(first * K * dimensions)
  return {
    shape: logits.shape,
    values: evaluate(
      { logits },
      {
        x: numbers([samples, dimensions], 3),
        W: rows.slice(0, count * K * dimensions),
        labels: labelled.map((label) => label - first),
        ...leavesOf([logits], first),
      },
    ).logits,
  }
}

/** Whether logits of chunks are those of all classes at once. */
function isPerLogit(built: ReturnType<LossEntry['build']>): boolean {
  const all = logitsOf(built, 0, classes)
  if (!all) return false
  for (let first = 0; first < classes; first += chunk) {
    const part = logitsOf(built, first, chunk)!
    for (let i = 0; i < samples; i++)
      for (let j = 0; j < chunk; j++) {
        const [got, expected] = [part.values[i * chunk + j]!, all.values[i * classes + first + j]!]
        if (!(Math.abs(got - expected) <= 1e-9 * (1 + Math.abs(expected)))) return false
      }
  }
  return true
}

const cases = losses.flatMap((entry): [string, LossEntry, Record<string, unknown>][] => [
  [entry.name, entry, {}],
  ...entry.options
    .filter(({ kind, name }) => kind !== 'number' && name !== 'normaliseFeatures')
    .flatMap(({ name, kind, default: usual, ...rest }) =>
      (kind === 'boolean' ? [true, false] : 'choices' in rest ? rest.choices! : [])
        .filter((value) => value !== usual)
        .map((value): [string, LossEntry, Record<string, unknown>] => [
          `${entry.name}, ${name} ${value}`,
          entry,
          { [name]: value },
        ]),
    ),
  ...(entry.options.some(({ name }) => name === 'subCentres')
    ? [
        [`${entry.name}, subCentres 2`, entry, { subCentres: 2 }] as [
          string,
          LossEntry,
          Record<string, unknown>,
        ],
      ]
    : []),
])

const buildable = cases.flatMap(([name, entry, options]) => {
  try {
    return [[name, entry.build(options)] as const]
  } catch {
    // An option that needs another one.
    return []
  }
})

describe('perLogit', () => {
  it.each(buildable)('says of a loss whether classes can be gone through in chunks: %s', (_, built) => {
    expect(built.perLogit === true).toBe(isPerLogit(built))
  })
})

describe('lossParts(built)', () => {
  const parts = (name: string, options = {}): { rest: Tensor | null } =>
    lossParts(lossNamed(name).build(options))(
      input('x', [samples, dimensions]),
      input('W', [classes, dimensions]),
      input('labels', [samples], 'int32'),
    )

  it('gives what is added to the cross-entropy, where it reads no prototype', () => {
    expect(parts('lmcl').rest).toBeNull()
    expect(parts('magface').rest?.shape).toEqual([])
    expect(parts('softmax', { triplet: 0.5, contrastive: 1 }).rest?.op?.type).toBe('Add')
  })

  it('refuses a loss that needs all classes at once, with its name', () => {
    expect(() => parts('curricularface')).toThrow(
      'head: chunked needs a loss that looks at each class for itself, sampled and dense take any, got curricularface',
    )
    expect(() => parts('sphereface-r', { weight: 50 })).toThrow('got sphereface-r')
    expect(() => parts('lmcl', { mhe: 0.1 })).toThrow('without a term that reads all prototypes, got lmcl')
    expect(() => parts('softmax', { center: 0.1 })).toThrow('without state (head.centres), got softmax')
  })
})
