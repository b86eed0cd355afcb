/**
 * The size of a batch that a file leaves free. Sizes of a graph are numbers, so it is a prime above every other size: its
 * factor marks each axis that holds the batch, also merged with others.
 */
export const anyBatch = 1_000_003

/** Whether an axis of this size holds the free batch. */
export const holdsAnyBatch = (size: number): boolean => size > 0 && size % anyBatch === 0
