import sharp from 'sharp'

/** A picture, uint8 RGB [height, width, 3], as the bytes of a PNG file. */
export async function encodePng(
  pixels: Uint8Array,
  { height, width }: { readonly height: number; readonly width: number },
): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** A picture, uint8 RGB [height, width, 3], as the bytes of a WebP file: a tenth of PNG's for a photograph, not its exact pixels. */
export async function encodeWebp(
  pixels: Uint8Array,
  {
    height,
    width,
    quality = 75,
  }: { readonly height: number; readonly width: number; readonly quality?: number },
): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality })
    .toBuffer()
}
