import { permutation, rng } from '../math/rng.ts'

// Keys that keep these streams apart from every other user of the seed: "order" and "mirror" in ASCII.
const ORDER = 0x6f72646572
const MIRROR = 0x6d6972726f72

/** The order of `count` samples in an epoch (from 0), int32 [count]: a pure function of (seed, epoch). */
export function epochOrder(
  count: number,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): Int32Array {
  return permutation(count, rng(seed, ORDER, epoch))
}

/** Full batches in an epoch: ⌊count / batch⌋. The samples left over are not used in that epoch. */
export function batchesPerEpoch(count: number, batch: number): number {
  return Math.floor(count / batch)
}

/** Whether the image at `position` of the batch of `step` is mirrored: with probability ½, a pure function of all three. */
export function isMirrored(seed: number, step: number, position: number): boolean {
  return rng(seed, MIRROR, step, position).uniform() < 0.5
}
