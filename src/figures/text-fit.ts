/** Advance widths in em, about those of the bundled font: there is no browser to ask. */
const narrow = new Set("ijlIt.,:;|'`!()[]{}·°f r1-/ ")
const wide = new Set('mwMW%@…—⋮')

/** About how wide a text is at a font size in pixels, rather too wide than too narrow. */
export function textWidth(text: string, size = 12): number {
  let em = 0
  for (const character of text) em += widthOf(character)
  return em * size
}

function widthOf(character: string): number {
  if (narrow.has(character)) return 0.34
  if (wide.has(character)) return 0.86
  if (character >= '\u2e80') return 1.04
  return /\p{Lu}/u.test(character) ? 0.64 : 0.545
}

/** A text in lines no wider than `width` pixels, broken at spaces, and within a word that is wider alone. */
export function wrapText(
  text: string,
  width: number,
  { size = 12, most = 4 }: { readonly size?: number; readonly most?: number } = {},
): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer, size) <= width || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  lines.push(line)
  const shown = lines.slice(0, most)
  if (lines.length > most) shown[most - 1] += ` ${lines.slice(most).join(' ')}`
  return shown.map((one) => shortened(one, width, { size }))
}

/** A text with its middle left out, marked by `…`, where it is wider than `width` pixels: both ends of a name tell it apart. */
export function shortened(
  text: string,
  width: number,
  { size = 12 }: { readonly size?: number } = {},
): string {
  if (textWidth(text, size) <= width) return text
  const characters = [...text]
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const [start, end] = [Math.ceil(kept / 2), Math.floor(kept / 2)]
    const short = `${characters.slice(0, start).join('')}…${characters.slice(characters.length - end).join('')}`
    if (textWidth(short, size) <= width) return short
  }
  return '…'
}
