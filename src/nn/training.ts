/**
 * What layers are built for: to be trained (statistics of the batch, dropout), or to be used as they are; all alike, or each
 * as a function of its name says.
 */
export type Training = boolean | ((layer: string) => boolean)

/** Whether a layer is built to be trained. */
export const isTrained = (training: Training, layer: string): boolean =>
  typeof training === 'function' ? training(layer) : training
