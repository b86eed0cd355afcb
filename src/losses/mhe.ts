import {
  div,
  log,
  matmul,
  max,
  mul,
  neg,
  reduceSum,
  square,
  sub,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import { angle } from './angle.ts'
import { oneHot } from './one-hot.ts'
import { range } from './pairs.ts'
import { cosine, unit } from './unit.ts'

/** s of the energy: θ^−2, θ^−1, or ln(1/θ) for 0. */
export type EnergyPower = 0 | 1 | 2

/** Closer prototypes than this, in radians, count as so far apart: the energy has no end, its gradient is 0 there. */
const closest = 0.01

/** The energy of two points at the angles whose cosines are `c`, elementwise. */
function energy(c: Tensor, power: EnergyPower): Tensor {
  const θ = max(angle(c), closest)
  return power === 0 ? neg(log(θ)) : div(1, power === 1 ? θ : square(θ))
}

/**
 * Minimum hyperspherical energy (Liu et al. 2018, eq. 1 with angles): the mean energy of two prototypes over all pairs of
 * different classes. Small where prototypes are spread evenly. Its [C, C] angles are as much work as a batch of C samples.
 * `W` [C, D], C at least 2 -> []. @throws ShapeError
 */
export function mhe(W: Tensor, { power = 2 }: { power?: EnergyPower } = {}): Tensor {
  const classes = W.shape[0]!
  const self = oneHot(range(classes), classes)
  const energies = mul(sub(1, self), energy(cosine(W, W), power))
  return mul(reduceSum(energies), 1 / (classes * (classes - 1)))
}

/**
 * The same with the batch's classes for one of each pair (Liu et al. 2018, eq. 9, SphereFace+): the mean over samples of the mean
 * energy of the prototype of their class and every other. `W` [C, D], `labels` [N] int32 -> []. @throws ShapeError
 */
export function mheOfBatch(W: Tensor, labels: Tensor, { power = 2 }: { power?: EnergyPower } = {}): Tensor {
  const classes = W.shape[0]!
  const Y = oneHot(labels, classes)
  const U = unit(W)
  const energies = mul(sub(1, Y), energy(matmul(matmul(Y, U), transpose(U)), power))
  return mul(reduceSum(energies), 1 / (labels.shape[0]! * (classes - 1)))
}
