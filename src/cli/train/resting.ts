/**
 * Watches for a loss that rests at ln C, where a network guesses: says so once, when the mean of a whole window of steps,
 * not the first, lies within 1 % of ln C and has not moved by more than 0.2 % since the window before.
 */
export function restingWatch({ classes, window }: { readonly classes: number; readonly window: number }): {
  /** Takes the loss of one step; true at the step when resting is noticed. */
  step(loss: number): boolean
} {
  const guess = Math.log(classes)
  let sum = 0
  let count = 0
  let before: number | null = null
  let said = false
  return {
    step(loss) {
      sum += loss
      if (++count < window) return false
      const mean = sum / count
      const rests =
        !said &&
        before !== null &&
        Math.abs(mean / guess - 1) < 0.01 &&
        Math.abs(mean - before) < 0.002 * guess
      before = mean
      sum = 0
      count = 0
      said ||= rests
      return rests
    },
  }
}
