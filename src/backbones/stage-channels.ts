import { UsageError } from '../errors.ts'

/** Channels times a width, rounded down. @throws UsageError `network: …` for a width that leaves none */
export function stageChannels(network: string, channels: readonly number[], width: number): number[] {
  const scaled = channels.map((c) => Math.floor(c * width))
  if (!(Math.min(...scaled) >= 1))
    throw new UsageError(`${network}: width must leave at least one channel, got ${width}`)
  return scaled
}
