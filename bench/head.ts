import { add, parameter, type Tensor } from '../src/graph/index.ts'
import { classCosines, lossNamed, lossParts, metricsOf } from '../src/losses/index.ts'
import { rng } from '../src/math/rng.ts'
import { type Head, train } from '../src/train/index.ts'
import { gated } from './gated.ts'
import type { Setup } from './setup.ts'

/**
 * Steps of a head alone, by the trainer: vectors instead of pictures, LMCL, SGD; a bias is the whole network, so that the
 * gradient in the features is wanted.
 */
export function headWork({
  batch,
  dimensions,
  classes,
  head: kind,
  ratio,
  threads,
}: Extract<Setup, { readonly kind: 'head' }>): (count: number) => Promise<void> {
  const random = rng(1)
  const image = Float32Array.from({ length: batch * dimensions }, () => random.normal())
  const labels = Int32Array.from({ length: batch }, () => random.below(classes))
  const built = lossNamed('lmcl').build()
  const chunked = {
    kind: 'chunked',
    parts: lossParts(built),
    cosines: (x: Tensor, W: Tensor) => classCosines(x, W),
  } as const
  const heads: Readonly<Record<typeof kind, Head>> = {
    // As `train --head dense` has it where people are many.
    dense: { ...chunked, keepsLogits: true },
    chunked,
    sampled: { kind: 'sampled', ratio },
  }
  return gated((gate) =>
    train({
      backbone: (x: Tensor) =>
        add(x, parameter('bias', [dimensions], { init: () => new Float32Array(dimensions) })),
      loss: built.loss,
      metrics: metricsOf(built),
      head: heads[kind],
      data: {
        ...{ count: batch, classes, height: 1, width: 1, vectors: dimensions },
        async *batches() {
          while (true) {
            await gate()
            yield { image, labels }
          }
        },
      },
      batch,
      steps: 1_000_000,
      rate: 0.01,
      threads,
    }),
  )
}
