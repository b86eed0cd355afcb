/** How a line of a figure is drawn: its colour and its dashes, so that either alone tells it apart. */
export interface LineStyle {
  /** A CSS colour. A page may set the custom property in it; without one the colour is readable on white. */
  readonly colour: string
  /** SVG's `stroke-dasharray`; undefined for a solid line. */
  readonly dashes: string | undefined
}

/** The colours of a ground: light, and dark. */
export type Palette = 'light' | 'dark'

/** Four colours that the colour-blind tell apart (after Okabe and Ito 2008), darkened where they are faint on white. */
const palettes: Readonly<Record<Palette, readonly [string, string, string, string]>> = {
  light: ['#0072b2', '#c24f00', '#00845f', '#a6508a'],
  dark: ['#56b4e9', '#f0894a', '#35c79d', '#dd8fc2'],
}
/** Those four, and that of text. */
const colours = [...palettes.light.map((colour, i) => `var(--line-${i + 1}, ${colour})`), 'currentColor']
const dashes = [undefined, '7 3', '2 2.5', '9 3 2 3']

/** The style of line `index` of a figure; with more than five lines colours come again with other dashes. */
export function lineStyle(index: number): LineStyle {
  const c = index % colours.length
  return {
    colour: colours[c]!,
    dashes: dashes[(c + Math.floor(index / colours.length)) % dashes.length],
  }
}

/** The two kinds of pairs: one person, and two people. */
export const genuineStyle: LineStyle = { colour: `var(--genuine, ${palettes.light[0]})`, dashes: undefined }
export const impostorStyle: LineStyle = { colour: `var(--impostor, ${palettes.light[1]})`, dashes: '5 2.5' }

/** The colours of lines and of the two kinds of pairs by the name of their custom property. */
export function lineColours(palette: Palette): Readonly<Record<string, string>> {
  const [first, second] = palettes[palette]
  const lines = palettes[palette].map((colour, i) => [`line-${i + 1}`, colour] as const)
  return { ...Object.fromEntries(lines), genuine: first, impostor: second }
}
