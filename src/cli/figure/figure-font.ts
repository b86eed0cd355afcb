import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import subsetFont from 'subset-font'
import { fontCharacters } from './font-characters.ts'

// Source Sans 3 (Adobe; SIL Open Font License 1.1), two weights of it: it has the Greek letters, subscripts and signs of the
// formulas, and its files are TrueType, which the PNG renderer reads.
const require = createRequire(import.meta.url)
const folder = '@expo-google-fonts/source-sans-3'
const weights = [
  { weight: 400, path: require.resolve(`${folder}/400Regular/SourceSans3_400Regular.ttf`) },
  { weight: 600, path: require.resolve(`${folder}/600SemiBold/SourceSans3_600SemiBold.ttf`) },
] as const

export const fontFamily = 'Source Sans 3'
/** The files of the bundled font. */
export const fontFiles: readonly string[] = weights.map(({ path }) => path)

/**
 * CSS that brings the bundled font along, with no more of it than a drawing or page needs; `markup` is SVG or HTML. Text of
 * weight 600 or more must say so in an attribute `font-weight`, or stand in `strong`, `th`, `h1` or `h2`.
 */
export async function fontFaces(markup: string): Promise<string> {
  const shown = markup.replaceAll(/<(desc|style|script)\b[^>]*>.*?<\/\1>/gs, '')
  const all = textOf(shown.match(/>[^<]+</g) ?? [])
  const bold = textOf(
    shown.match(/<[^>]*font-weight="(?:[6-9]00|bold)"[^>]*>[^<]+|<(?:strong|th|h1|h2)\b[^>]*>[^<]+/g) ?? [],
  )
  const faces = weights.map(async ({ weight, path }) => {
    const text = weight === 400 ? all : bold
    if (text === '') return ''
    const subset = await subsetFont(await readFile(path), text, { targetFormat: 'woff2' })
    return `@font-face{font-family:'${fontFamily}';font-weight:${weight};src:url(data:font/woff2;base64,${subset.toString('base64')}) format('woff2')}`
  })
  return (await Promise.all(faces)).join('')
}

/**
 * The characters that an SVG shows and the bundled font lacks, each once: a PNG has empty boxes for them, and a browser the font
 * of its machine.
 */
export async function charactersWithoutGlyph(svg: string): Promise<string[]> {
  const has = fontCharacters(await readFile(weights[0].path))
  const shown = svg.replaceAll(/<(desc|title|style|script)\b[^>]*>.*?<\/\1>/gs, '')
  const found = new Set((shown.match(/>[^<]+</g) ?? []).join(''))
  return [...found].filter((character) => !has(character.codePointAt(0)!))
}

/** An SVG with the bundled font in it, so that it looks the same on every machine. */
export async function withFont(svg: string): Promise<string> {
  const faces = await fontFaces(svg)
  return svg
    .replace(' font-family="system-ui, sans-serif"', ` font-family="'${fontFamily}', system-ui, sans-serif"`)
    .replace('</desc>', `</desc><style>${faces}</style>`)
}

/** The characters of pieces of markup, each once, in order; with those that are written as entities. */
function textOf(pieces: readonly string[]): string {
  if (pieces.length === 0) return ''
  return [...new Set(`${pieces.map((piece) => piece.replace(/^<[^>]*>/, '')).join('')}&<>"'`)].sort().join('')
}
