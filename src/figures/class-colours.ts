/**
 * Ten colours of one lightness, each with a contrast of at least 3.5 on white and on the dark ground. Ten hues are more than
 * the colour-blind tell apart, so whoever uses them writes the name of the class beside its points.
 */
export const classColours: readonly string[] = [
  ...['#2a7fd0', '#d1601a', '#0a8f68', '#b0569a', '#8a7a10'],
  ...['#d0485a', '#1391a5', '#7a6fd6', '#7d7d7d', '#a0673a'],
]

/** The colour of class `index` of a figure, the same on light and on dark; after ten they come again. */
export function classColour(index: number): string {
  const c = index % classColours.length
  return `var(--class-${c + 1}, ${classColours[c]})`
}
