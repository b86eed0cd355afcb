interface Network {
  readonly batch: number
  readonly height: number
  readonly width: number
  /** Name of the network. */
  readonly architecture: string
  /** Width multiplier of the network. */
  readonly multiplier: number
  readonly dimensions: number
  readonly threads: number
}

/** Pictures to train from: all with the same five points [5, 2], `each` of them to a person. */
interface Files {
  readonly paths: readonly string[]
  readonly points: readonly number[]
  readonly each: number
}

/**
 * What one side of a bench is asked to do; a step's `checkpoint` is the file that is saved after every fourth step, its `log` the
 * folder where metrics are written as `train` does, and whether they are as with `--live` and an open page.
 */
export type Setup =
  | (Network & {
      readonly kind: 'step'
      readonly classes: number
      readonly files?: Files
      readonly checkpoint?: string
      readonly log?: { readonly folder: string; readonly isLive: boolean }
    })
  | (Network & { readonly kind: 'forward' })
  | {
      /** A head alone, of features that come from nowhere; the rival's is dense whatever ours is. */
      readonly kind: 'head'
      readonly head: 'dense' | 'chunked' | 'sampled'
      readonly ratio: number
      readonly batch: number
      readonly dimensions: number
      readonly classes: number
      readonly threads: number
    }
  | {
      readonly kind: 'pictures'
      readonly files: readonly string[]
      readonly points: readonly number[]
      readonly matrix: readonly number[]
      readonly height: number
      readonly width: number
    }
  | {
      readonly kind: 'distractors'
      /** Float32 rows of distractors, and of probes; labels of the probes as int32. */
      readonly distractors: string
      readonly rows: number
      readonly probes: string
      readonly labels: string
      readonly columns: number
      readonly fars: readonly number[]
      readonly threads: number
    }
