import type { Command } from 'commander'
import { UsageError } from '../../errors.ts'
import { losses, lossNamed, type MarginCurve, marginCurves, othersArePlain } from '../../losses/index.ts'
import { numberOption } from './figure-options.ts'

/** The margins of the losses that a figure compares. */
export interface MarginFlags {
  readonly angular: number
  readonly cosine: number
  readonly additive: number
  readonly lambda?: number
  /** Names of the catalogue, in place of the losses of the story. */
  readonly losses?: readonly string[]
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
    .option(
      '--losses <names>',
      'losses of the catalogue with their published settings instead, by name and comma, or all',
      namesOption,
    )
}

const namesOption = (text: string): string[] =>
  text === 'all'
    ? losses.map(({ name }) => name).filter((name) => marginCurves(name).length > 0)
    : text.split(',').map((name) => lossNamed(name.trim()).name)

/** The losses of the catalogue of these names, each under every choice that its logits depend on. @throws UsageError */
export function chosenLosses(names: readonly string[]): readonly MarginCurve[] {
  return names.flatMap((name) => {
    const curves = marginCurves(name)
    if (curves.length === 0)
      throw new UsageError(`losses: only a loss with a logit of the own class can be drawn, got ${name}`)
    return curves.map((curve) => ({ ...curve, name: `${name}, ${curve.name}` }))
  })
}

/** The same, of losses under which the own logit alone tells where two classes part. @throws UsageError */
export function boundedLosses(names: readonly string[]): readonly MarginCurve[] {
  const plain = chosenLosses(names).filter(({ loss, options }) => othersArePlain(loss, options))
  if (plain.length === 0)
    throw new UsageError(
      `losses: only a loss whose other logits are cosθ has such a boundary, got ${names.join(', ')}`,
    )
  return plain
}

/** The losses that were chosen, or those of the story in its order, softmax and NSL as one, for their logits are the same but for the length of W. */
export function storyLosses({
  angular,
  cosine,
  additive,
  lambda = 0,
  losses: names,
}: MarginFlags): readonly MarginCurve[] {
  if (names) return chosenLosses(names)
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
