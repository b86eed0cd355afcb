import { createHash } from 'node:crypto'
import { UsageError } from '../errors.ts'
import type { Schedule } from '../optim/index.ts'
import { rateName, type Step } from './step.ts'

/** What a step is fed besides its batch, by name: the learning rate, and λ or a margin where the loss lets them change. */
export type Scalars = Readonly<Record<string, number>>

/**
 * Where a run stands after a step. It all follows from settings, seed and step, and is written for who looks into a
 * checkpoint, and so that a run that goes on under other settings is noticed.
 */
export interface Place {
  /** Steps of the whole run. */
  readonly steps: number
  /** With the epoch, what the order of its images follows from. */
  readonly seed: number
  /** Passes through the images that are over, and images that the present one has taken. */
  readonly epoch: number
  readonly image: number
  /** What the last step was fed; nothing before the first. */
  readonly scalars: Scalars
  /** SHA-256 of what all steps so far were fed, as they got it, in float32. */
  readonly history: string
}

/** What each step (1 at the first) is fed besides its batch. */
export const scalarsOf =
  ({ scheduled }: Step, rate: number | Schedule, steps: number): ((step: number) => Scalars) =>
  (step) => {
    const scalars: Record<string, number> = {
      [rateName]: typeof rate === 'number' ? rate : rate(step, steps),
    }
    for (const [name, at] of scheduled) scalars[name] = at(step, steps)
    return scalars
  }

/** Where a run stands after `done` steps. */
export function placeAfter(
  done: number,
  {
    scalarsAt,
    steps,
    seed,
    count,
    batch,
  }: {
    readonly scalarsAt: (step: number) => Scalars
    readonly steps: number
    readonly seed: number
    readonly count: number
    readonly batch: number
  },
): Place {
  const perEpoch = Math.floor(count / batch)
  const names = Object.keys(scalarsAt(1))
  const fed = new Float32Array(names.length * done)
  for (let i = 0; i < done; i++) fed.set(Object.values(scalarsAt(i + 1)), i * names.length)
  return {
    steps,
    seed,
    epoch: Math.floor(done / perEpoch),
    image: (done % perEpoch) * batch,
    scalars: done > 0 ? scalarsAt(done) : {},
    history: createHash('sha256').update(JSON.stringify(names)).update(fed).digest('hex'),
  }
}

/** A checkpoint, as far as its place goes: what messages call it, the steps done, and where the run stood then. */
export interface Placed {
  readonly where: string
  readonly step: number
  readonly place?: Place
}

/**
 * Checks that settings lead to the place at which a checkpoint was made; one of an older version does not know its own.
 * @throws UsageError naming what differs
 */
export function checkPlace({ where, step, place }: Placed, here: Place): void {
  if (!place) return
  if (place.seed !== here.seed)
    throw new UsageError(`${where}: was made with seed ${place.seed}, got ${here.seed}`)
  if (place.epoch !== here.epoch || place.image !== here.image)
    throw new UsageError(
      `${where}: step ${step} was at image ${place.image} of epoch ${place.epoch}, with this batch and these images it is at image ${here.image} of epoch ${here.epoch}`,
    )
  for (const name of new Set([...Object.keys(place.scalars), ...Object.keys(here.scalars)])) {
    const [was, is] = [place.scalars[name], here.scalars[name]]
    if (was === undefined || is === undefined || Math.fround(was) !== Math.fround(is))
      throw new UsageError(
        `${where}: step ${step} had ${name} ${was ?? 'none'}, these settings give ${is ?? 'none'}`,
      )
  }
  if (place.history !== here.history)
    throw new UsageError(
      `${where}: the steps before step ${step} had other values of ${Object.keys(here.scalars).join(', ')} than these settings give, in a run of ${place.steps} steps, got ${here.steps}`,
    )
}
