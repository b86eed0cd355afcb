import { decades, decadeText } from './log-axis.ts'

/** How an axis of error rates is divided: by their logarithms, or by the normal deviates (probits) that they belong to. */
export type RateScale = 'normal-deviate' | 'log'

/** An axis of error rates between two of them. */
export interface RateAxis {
  readonly low: number
  readonly high: number
  /** Where a rate stands; what lies beyond an end stands at it. */
  readonly place: (rate: number) => number
  /** Rates with a tick, rising, no two closer than the room for their texts. */
  readonly ticks: readonly number[]
}

/** Ticks by how much they matter: decades and the middle, then what is left of the usual ones. */
const usual = [0.5, ...decades(1e-6, 0.1), 0.99, 0.9, 0.2, 0.05, 0.8, 0.02, 0.95, 0.4, 0.005, 0.002]

/** An axis of `pixels` from `low` to `high`, texts `room` pixels apart. */
export function rateAxis(
  scale: RateScale,
  {
    low,
    high,
    pixels,
    room,
  }: { readonly low: number; readonly high: number; readonly pixels: number; readonly room: number },
): RateAxis {
  const measure = scale === 'log' ? Math.log10 : normalDeviate
  const place = (rate: number): number => measure(Math.min(high, Math.max(low, rate)))
  const unit = pixels / (measure(high) - measure(low))
  const ticks: number[] = []
  for (const tick of scale === 'log' ? decades(low, high) : usual)
    if (
      tick >= low * (1 - 1e-9) &&
      tick <= high &&
      ticks.every((other) => Math.abs(place(other) - place(tick)) * unit >= room)
    )
      ticks.push(tick)
  return { low, high, place, ticks: ticks.sort((a, b) => a - b) }
}

/** A rate as its tick says it. */
export const rateText = decadeText

/**
 * The x below which a standard normal variable lies with probability `p`, 0 < p < 1, within 4.5e-4: an axis needs no more
 * (Abramowitz and Stegun 1964, 26.2.23).
 */
export function normalDeviate(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)))
  const x =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  return p < 0.5 ? -x : x
}
