import { add, matmul, parameter, type Tensor, transpose } from '../graph/index.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry } from './entry.ts'

/**
 * Softmax loss, the baseline (Liu et al. 2017, eq. 3): logits W_jᵀx + b_j, neither weights nor features normalised.
 * `x` [N, D], `W` [C, D], `labels` [N] int32, `bias` [C] -> mean loss []. @throws ShapeError
 */
export function softmax(x: Tensor, W: Tensor, labels: Tensor, { bias }: { bias?: Tensor } = {}): Tensor {
  const logits = matmul(x, transpose(W))
  return crossEntropy(bias ? add(logits, bias) : logits, labels)
}

/** Softmax in the catalogue. */
export const softmaxEntry = entry({
  name: 'softmax',
  aliases: [],
  title: 'Softmax',
  paper: { authors: 'Liu et al.', year: 2017, equation: '3' },
  formula: 'W_jᵀx + b_j for every class',
  options: [
    {
      name: 'bias',
      kind: 'boolean',
      default: true,
      published: true,
      doc: 'add b_j to the logit of class j',
    },
  ],
  make: ({ bias }) => ({
    bias: bias === true,
    perLogit: true,
    loss: (x, W, labels) => softmax(x, W, labels, bias ? { bias: headBias(W.shape[0]!) } : {}),
  }),
})

/** b of softmax, 0 at the start. */
const headBias = (classes: number): Tensor =>
  parameter('head.bias', [classes], { init: () => new Float32Array(classes) })
