/** A number that is a pure function of the step: `step` is 1 at the first of `steps` steps. */
export type Schedule = (step: number, steps: number) => number

/** Divides by `factor` after each milestone: `rate · factor^k`, k the number of milestones that lie behind the step. */
export const multiStep =
  (
    rate: number,
    { milestones, factor = 0.1 }: { readonly milestones: readonly number[]; readonly factor?: number },
  ): Schedule =>
  (step) =>
    milestones.reduce((value, milestone) => (step > milestone ? value * factor : value), rate)

/** Falls from `rate` to `last` along half a cosine over the run (Loshchilov and Hutter 2017, without restarts). */
export const cosine =
  (rate: number, { last = 0 }: { readonly last?: number } = {}): Schedule =>
  (step, steps) =>
    last + ((rate - last) * (1 + Math.cos((Math.PI * (step - 1)) / Math.max(1, steps)))) / 2

/** Falls from `rate` to `last` as a power of the share of the run that is left, `rate·(1 − (step − 1)/steps)^power` (`poly`). */
export const polynomial =
  (
    rate: number,
    { power = 2, last = 0 }: { readonly power?: number; readonly last?: number } = {},
  ): Schedule =>
  (step, steps) =>
    last + (rate - last) * (1 - (step - 1) / Math.max(1, steps)) ** power

/** Multiplies `schedule` by step / warmUp for the first `warmUp` steps. */
export const warmUp =
  (schedule: Schedule, steps: number): Schedule =>
  (step, all) =>
    schedule(step, all) * (step < steps ? step / steps : 1)
