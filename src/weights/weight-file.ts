/** Bytes that are read a piece at a time. */
export interface ByteSource {
  readonly size: number
  /** The bytes from `start` up to `end`; fewer where they end before. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** A tensor of a file of weights; its numbers are read when they are asked for. */
export interface FileTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** @throws DataError where its numbers cannot be had, or one is no number */
  read(): Promise<Float32Array>
}

/** What a layer of a file has, each under the name of its part. */
export interface FileLayer {
  /** What it does: weighs and adds, normalises by statistics, or bends what is below 0. */
  readonly kind: 'linear' | 'norm' | 'slope'
  readonly name: string
  readonly parts: Readonly<Partial<Record<Part, FileTensor | number>>>
}

/** Parts of layers, as this package names them. */
export type Part = 'weight' | 'bias' | 'mean' | 'variance' | 'slope'

/** The weights of another program. */
export interface WeightFile {
  /** What messages call it. */
  readonly where: string
  /** Every tensor with numbers, by name. */
  readonly tensors: ReadonlyMap<string, FileTensor>
  /** Its layers in the order in which they run, where the file says so. */
  readonly layers?: readonly FileLayer[]
}
