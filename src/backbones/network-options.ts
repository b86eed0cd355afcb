import type { Training } from '../nn/index.ts'

/** What the networks have in common. */
export interface NetworkOptions {
  /** Multiplies the channels of all layers. */
  readonly width?: number
  /** Length D of the embedding. */
  readonly dimensions?: number
  /** Share of the numbers before the embedding that a training step sets to 0: from 0 to below 1. */
  readonly dropout?: number
  /** Whether the network, or a layer by its name, is built to be trained (statistics of the batch, dropout) or used. */
  readonly training?: Training
}
