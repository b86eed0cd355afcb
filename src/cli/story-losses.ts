import type { Command } from 'commander'
import type { MarginLoss, TargetLogitOptions } from '../losses/index.ts'
import { numberOption } from './figure-options.ts'

/** The margins of the losses that a figure compares. */
export interface MarginFlags {
  readonly angular: number
  readonly cosine: number
  readonly additive: number
  readonly lambda?: number
}

/** Adds the options of `MarginFlags`, and λ unless a figure has no use for it. */
export function marginOptions(command: Command): Command {
  return boundaryOptions(command).option(
    '--lambda <λ>',
    'λ of the second curve of A-Softmax, where its annealing stops',
    numberOption('lambda', 0, 1e6),
    5,
  )
}

export function boundaryOptions(command: Command): Command {
  return command
    .option('--angular <m>', 'm of A-Softmax', numberOption('angular', 1, 8, { whole: true }), 4)
    .option('--cosine <m>', 'm of LMCL', numberOption('cosine', 0, 2), 0.35)
    .option('--additive <radians>', 'm of ArcFace', numberOption('additive', 0, 1.5), 0.5)
}

/** The losses of the story in its order, softmax and NSL as one, for their logits are the same but for the length of W. */
export function storyLosses({ angular, cosine, additive, lambda = 0 }: MarginFlags): readonly {
  readonly name: string
  readonly loss: MarginLoss
  readonly options: TargetLogitOptions
}[] {
  return [
    { name: 'softmax, NSL', loss: 'nsl', options: {} },
    { name: `A-Softmax, m ${angular}`, loss: 'a-softmax', options: { m: angular } },
    ...(lambda > 0
      ? [
          {
            name: `A-Softmax, m ${angular}, λ ${lambda}`,
            loss: 'a-softmax',
            options: { m: angular, lambda },
          } as const,
        ]
      : []),
    { name: `LMCL, m ${cosine}`, loss: 'lmcl', options: { m: cosine } },
    { name: `ArcFace, m ${additive}`, loss: 'arcface', options: { m: additive } },
  ]
}

export const inDegrees = (radians: number): number => (radians * 180) / Math.PI
export const inRadians = (degrees: number): number => (degrees * Math.PI) / 180
