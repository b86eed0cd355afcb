import { Resvg } from '@resvg/resvg-js'
import { UsageError } from '../../errors.ts'
import { fontFamily, fontFiles } from './figure-font.ts'

const mostPixels = 64e6

/** An SVG that stands alone as PNG, `density` pixels for one CSS pixel, in the bundled font. @throws UsageError */
export function pngOf(svg: string, density: number): Uint8Array {
  const size = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg)
  const pixels = Number(size?.[1]) * Number(size?.[2]) * density ** 2
  if (pixels > mostPixels)
    throw new UsageError(
      `--density: a PNG may have ${mostPixels / 1e6} million pixels, got ${Math.round(pixels / 1e6)} million`,
    )
  const font = {
    fontFiles: [...fontFiles],
    loadSystemFonts: false,
    defaultFontFamily: fontFamily,
    sansSerifFamily: fontFamily,
  }
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: density } }).render().asPng()
}
