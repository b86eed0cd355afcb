import { abs, add, exp, log, max, neg, type Tensor } from '../graph/index.ts'

/** ln(1 + eᶻ), elementwise, without overflow: the loss of a yes-or-no question that is answered wrongly by z. */
export const softplus = (z: Tensor): Tensor => add(max(z, 0), log(add(1, exp(neg(abs(z))))))
