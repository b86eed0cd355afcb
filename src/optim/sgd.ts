import { add, mul, sub, type Tensor } from '../graph/index.ts'

/** What an optimiser keeps and does for one parameter. */
export interface Optimiser {
  readonly name: string
  /** Names of the state tensors it keeps a parameter, each of the parameter's shape and 0 at the start. */
  readonly state: readonly string[]
  /** The next value of `p` and of its state, from the gradient `g` and the learning rate `rate` []. */
  update(
    p: Tensor,
    g: Tensor,
    context: UpdateContext,
  ): { readonly p: Tensor; readonly state: Readonly<Record<string, Tensor>> }
}

export interface UpdateContext {
  readonly rate: Tensor
  readonly state: Readonly<Record<string, Tensor>>
  /** Multiply the learning rate and the weight decay of this parameter. */
  readonly rateScale: number
  readonly decayScale: number
}

/**
 * Stochastic gradient descent with momentum: v ← μv + g + λp, p ← p − ηv (Sutskever et al. 2013 without look-ahead,
 * the learning rate outside the velocity as in PyTorch).
 */
export function sgd({ momentum = 0.9, weightDecay = 5e-4 } = {}): Optimiser {
  return {
    name: `sgd(momentum ${momentum}, weight decay ${weightDecay})`,
    state: ['velocity'],
    update: (p, g, { rate, state, rateScale, decayScale }) => {
      const decay = weightDecay * decayScale
      const total = decay === 0 ? g : add(g, mul(decay, p))
      const velocity = add(mul(momentum, state.velocity!), total)
      return { p: sub(p, mul(rateScale === 1 ? rate : mul(rateScale, rate), velocity)), state: { velocity } }
    },
  }
}
