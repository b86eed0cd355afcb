import { UsageError } from '../errors.ts'
import { drawn, elementCount, mul, type Tensor } from '../graph/index.ts'
import { isTrained, type Training } from './training.ts'

export interface DropoutOptions {
  /** The share of the elements that a step leaves out, 0 … 1 (without 1). */
  readonly rate: number
  readonly training?: Training
}

/**
 * In training each element of x is 0 with probability `rate`, and divided by 1 − rate otherwise (Srivastava et al. 2014, in
 * the inverted form); x itself outside. The mask `name.mask` is drawn for each step. @throws UsageError
 */
export function dropout(x: Tensor, name: string, { rate, training = false }: DropoutOptions): Tensor {
  if (!(rate >= 0 && rate < 1))
    throw new UsageError(`dropout: rate must be from 0 to below 1, got ${rate} for ${name}`)
  if (rate === 0 || !isTrained(training, name)) return x
  const mask = drawn(`${name}.mask`, x.shape, (random, shape) => {
    const values = new Float32Array(elementCount(shape))
    for (let i = 0; i < values.length; i++) values[i] = random.uniform() < rate ? 0 : 1 / (1 - rate)
    return values
  })
  return mul(x, mask)
}
