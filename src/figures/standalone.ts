import { lineColours, type Palette } from './colours.ts'

export type { Palette }

const surfaces = { light: { paper: '#ffffff', ink: '#1d2126' }, dark: { paper: '#1b1f24', ink: '#e6e8ea' } }
const onDark: Readonly<Record<string, string>> = { ...lineColours('dark'), ...surfaces.dark }

/**
 * A figure as a file of its own: the colours that a page would set are written out, a ground is laid below, and a margin
 * left around. Viewers that know no CSS variables, and those that would show black on black, show it as it is meant.
 */
export function standalone(svg: string, palette: Palette = 'light'): string {
  const { paper, ink } = surfaces[palette]
  const size = /viewBox="0 0 ([\d.]+) ([\d.]+)" width="([\d.]+)" height="[\d.]+"/
  const margin = 12
  return svg
    .replace(size, (_, width: string, height: string, shown: string) => {
      const [w, h] = [Number(width) + 2 * margin, Number(height) + 2 * margin]
      const scale = Number(shown) / Number(width)
      return `viewBox="${-margin} ${-margin} ${w} ${h}" width="${round(w * scale)}" height="${round(h * scale)}"`
    })
    .replace(
      '</desc>',
      `</desc><rect x="${-margin}" y="${-margin}" width="100%" height="100%" fill="${paper}" />`,
    )
    .replaceAll(/var\(--([\w-]+), ([^)]+)\)/g, (_, name: string, light: string) =>
      palette === 'dark' ? (onDark[name] ?? light) : light,
    )
    .replaceAll('currentColor', ink)
}

const round = (value: number): number => Math.round(value * 100) / 100

/** The CSS variables that figures take their colours from, with `--paper` and `--ink`, for the style of a page. */
export function paletteStyle(palette: Palette): string {
  const values = { ...lineColours(palette), ...surfaces[palette] }
  return Object.entries(values)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')
}
