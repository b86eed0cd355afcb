import { ShapeError } from '../errors.ts'
import {
  exp,
  log,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  stopGradient,
  sub,
  type Tensor,
} from '../graph/index.ts'
import { oneHot } from './one-hot.ts'

/**
 * Cross-entropy of softmax(`logits` [N, C]) with int32 `labels` [N], in nats: the mean over the batch, []. Finite for all
 * finite logits; labels are in 0 … C − 1 (not checked here). @throws ShapeError
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const [n, classes] = logits.shape
  if (logits.shape.length !== 2 || labels.shape.length !== 1 || labels.shape[0] !== n)
    throw new ShapeError(
      `crossEntropy: logits must be [N, C] and labels [N], got [${logits.shape}] and [${labels.shape}]`,
    )
  if (labels.dtype !== 'int32')
    throw new ShapeError(`crossEntropy: labels must be int32, got ${labels.dtype}`)
  // Shifted by its largest logit a row's exponentials cannot overflow; the shift cancels, so no gradient need flow.
  const shifted = sub(logits, stopGradient(reduceMax(logits, [1], { keepdims: true })))
  const partition = log(reduceSum(exp(shifted), [1]))
  const target = reduceSum(mul(oneHot(labels, classes!), shifted), [1])
  const mean = reduceMean(sub(partition, target))
  made.set(mean, { logits, labels })
  return mean
}

/** What each cross-entropy was made of. */
const made = new WeakMap<Tensor, { readonly logits: Tensor; readonly labels: Tensor }>()

/** The logits and labels of a tensor that `crossEntropy` gave; null for any other. */
export const crossEntropyOf = (loss: Tensor): { readonly logits: Tensor; readonly labels: Tensor } | null =>
  made.get(loss) ?? null
