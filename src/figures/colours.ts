/** How a line of a figure is drawn: its colour and its dashes, so that either alone tells it apart. */
export interface LineStyle {
  /** A CSS colour. A page may set the custom property in it; without one the colour is readable on white. */
  readonly colour: string
  /** SVG's `stroke-dasharray`; undefined for a solid line. */
  readonly dashes: string | undefined
}

/** Four colours that the colour-blind tell apart (after Okabe and Ito 2008), darkened where they are faint on white. */
const colours = ['#0072b2', '#c24f00', '#00845f', '#a6508a']
const dashes = [undefined, '7 3', '2 2.5', '9 3 2 3']

/** The style of line `index` of a figure; with more than four lines colours come again with other dashes. */
export function lineStyle(index: number): LineStyle {
  const c = index % colours.length
  return {
    colour: `var(--line-${c + 1}, ${colours[c]})`,
    dashes: dashes[(index + Math.floor(index / colours.length)) % dashes.length],
  }
}

/** The two kinds of pairs: one person, and two people. */
export const genuineStyle: LineStyle = { colour: 'var(--genuine, #0072b2)', dashes: undefined }
export const impostorStyle: LineStyle = { colour: 'var(--impostor, #c24f00)', dashes: '5 2.5' }
