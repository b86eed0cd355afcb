import { UsageError } from '../errors.ts'
import { add, type Tensor, topologicalOrder } from '../graph/index.ts'
import { crossEntropyOf } from './cross-entropy.ts'
import type { BuiltLoss } from './entry.ts'

/** A loss in parts: the cross-entropy of `logits` [N, C], and what is added to it, [], that reads no prototype. */
export interface LossParts {
  readonly logits: Tensor
  readonly rest: Tensor | null
}

/**
 * What a loss is made of, so that a head can go through its classes a chunk at a time: `W` may hold the prototypes of some
 * classes only, those from `first` on, with `labels` − `first` in place of the labels; a label outside then names none of them.
 * @throws UsageError for a loss that needs all classes at once, or keeps state
 */
export function lossParts({
  loss,
  perLogit = false,
  describe,
}: Pick<BuiltLoss, 'loss' | 'perLogit' | 'describe'>): (x: Tensor, W: Tensor, labels: Tensor) => LossParts {
  const refuse = (why: string): UsageError =>
    new UsageError(
      `head: chunked needs a loss that looks at each class for itself, ${why}, got ${describe.loss}`,
    )
  if (!perLogit) throw refuse('sampled and dense take any')
  return (x, W, labels) => {
    const terms = termsOf(loss(x, W, labels))
    const [entropy, ...others] = terms.flatMap((term) => crossEntropyOf(term) ?? [])
    if (!entropy || others.length > 0) throw refuse('one cross-entropy')
    const added = terms.filter((term) => !crossEntropyOf(term))
    // A backbone may keep what it likes.
    const given = new Set(topologicalOrder([x, W]))
    for (const node of topologicalOrder([...terms, entropy.logits]))
      if (node.leaf?.kind === 'kept' && !given.has(node)) throw refuse(`without state (${node.leaf.name})`)
    if (topologicalOrder(added).includes(W)) throw refuse('without a term that reads all prototypes')
    return { logits: entropy.logits, rest: added.length > 0 ? added.reduce((a, b) => add(a, b)) : null }
  }
}

/** What a sum adds up, down to the cross-entropy. */
const termsOf = (loss: Tensor): readonly Tensor[] =>
  crossEntropyOf(loss) || loss.op?.type !== 'Add' ? [loss] : loss.inputs.flatMap(termsOf)
