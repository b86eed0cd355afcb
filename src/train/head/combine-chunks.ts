/** What a chunk of classes says of a batch of N samples, each [N]. */
export interface ChunkLook {
  /** The largest logit, and Σ e^(logit − largest). */
  readonly top: Float32Array
  readonly sum: Float32Array
  /** The logit and the cosine of the own class, 0 where it is in another chunk. */
  readonly target: Float32Array
  readonly own: Float32Array
  /** The largest cosine to another class. */
  readonly other: Float32Array
}

/** A batch's cross-entropy over all classes, metrics, and what each chunk's gradient needs. */
export interface Combined {
  readonly loss: number
  readonly accuracy: number
  readonly cosine: number
  /** Of each chunk [N]: with its own largest logit, e^(logit − top)·share is the gradient of the loss that softmax gives. */
  readonly shares: readonly Float32Array[]
  /** [N]: the cosine to the own prototype, and the largest to another. */
  readonly own: Float32Array
  readonly other: Float32Array
}

/**
 * Adds chunks up: ln Σ e^logit over all classes from those of the chunks, in float64, so that it neither overflows nor depends
 * on how classes were cut. A chunk's share is e^(its top − the largest)/(N·Σ e^(logit − the largest)). A tie for the nearest prototype counts as right.
 */
export function combineChunks(chunks: readonly ChunkLook[]): Combined {
  const n = chunks[0]!.top.length
  const shares = chunks.map(() => new Float32Array(n))
  const [own, other] = [new Float32Array(n), new Float32Array(n)]
  let [loss, right, cosine] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    let [largest, nearest] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
    let target = 0
    for (const chunk of chunks) {
      largest = Math.max(largest, chunk.top[i]!)
      nearest = Math.max(nearest, chunk.other[i]!)
      target += chunk.target[i]!
      own[i]! += chunk.own[i]!
    }
    let sum = 0
    for (const chunk of chunks) sum += chunk.sum[i]! * Math.exp(chunk.top[i]! - largest)
    chunks.forEach(({ top }, k) => {
      shares[k]![i] = Math.exp(top[i]! - largest) / (n * sum)
    })
    loss += (Math.log(sum) + (largest - target)) / n
    other[i] = nearest
    if (own[i]! >= nearest) right++
    cosine += own[i]! / n
  }
  return { loss, accuracy: right / n, cosine, shares, own, other }
}
