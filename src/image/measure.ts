import sharp from 'sharp'
import type { Size } from './warp.ts'

/** The size of a picture as it stands in its file (not turned), and its format (`jpeg`, `png`, …), from its header alone. */
export async function measure(input: string | Uint8Array): Promise<Size & { readonly format: string }> {
  const { height, width, format } = await sharp(input, { limitInputPixels: false }).metadata()
  return { height, width, format }
}
