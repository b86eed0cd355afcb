import { type ArchitectureOptions, architectureNamed } from '../../backbones/index.ts'
import { UsageError } from '../../errors.ts'
import type { Backbone } from '../../train/index.ts'
import type { Recipe } from './recipe-settings.ts'

/** What a recipe says of its network. */
export type NetworkSettings = Pick<
  Recipe,
  'architecture' | 'width' | 'dimensions' | 'dropout' | 'hidden' | 'batchNorm'
>

const optionsOf = ({
  width,
  dimensions,
  dropout,
  hidden,
  batchNorm,
}: NetworkSettings): ArchitectureOptions => ({
  ...{ width, dimensions, dropout },
  ...(hidden && { hidden }),
  ...(batchNorm !== undefined && { batchNorm }),
})

/** The network that a recipe names. @throws UsageError for a width that leaves a layer no channel */
export function backboneOf(settings: NetworkSettings): Backbone {
  const { build } = architectureNamed(settings.architecture)
  return (x, mode) => build(x, { ...optionsOf(settings), ...mode })
}

/** What a model file says of its network: what is not as published is named. */
export const describeNetwork = ({
  architecture,
  width,
  dimensions,
  dropout,
  hidden,
  batchNorm,
}: NetworkSettings): string =>
  JSON.stringify({
    name: architecture,
    ...{ width, dimensions, hidden, batchNorm },
    ...(dropout > 0 && { dropout }),
  })

/** Checks that the settings of a network are its own. @throws UsageError `where: …` */
export function checkNetwork(where: string, { architecture, hidden, batchNorm }: NetworkSettings): void {
  const { takes } = architectureNamed(architecture)
  if (hidden && !takes.includes('hidden'))
    throw new UsageError(`${where}: hidden is a setting of mlp, got it for ${architecture}`)
  if (batchNorm === false && !takes.includes('batchNorm'))
    throw new UsageError(`${where}: batchNorm: ${architecture} has batch normalisation everywhere, got false`)
}

/** What a network is published with, as settings. */
export function usualNetwork(architecture: string): Pick<Recipe, 'input' | 'alignment' | 'dimensions'> {
  const { height, width, alignment, dimensions } = architectureNamed(architecture).usual
  return { input: `${height}x${width}`, alignment, dimensions }
}

/** What is unusual about the pictures of a recipe: an alignment that is of pictures of another shape. */
export function pictureWarnings({ architecture, input, alignment, vectors }: Recipe): string[] {
  if (vectors !== undefined || architectureNamed(architecture).isForVectors) return []
  const [height, width] = input.split('x')
  const fitting = height === width ? 'arcface' : 'sphereface'
  if (alignment === fitting) return []
  return [
    `alignment ${alignment} is made for ${fitting === 'arcface' ? 'pictures of 112x96' : 'square pictures'}, got input ${input}: width is added or cut at the sides (--alignment ${fitting} fits it)`,
  ]
}
