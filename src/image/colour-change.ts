/** How colours change, in the order in which it happens. */
export interface ColourChange {
  /** All are multiplied by this. */
  readonly brightness?: number
  /** Distances from the middle grey, 127.5, are multiplied by this. */
  readonly contrast?: number
  /** Distances from the grey that is equally bright are multiplied by this. */
  readonly saturation?: number
  /** Red, green and blue are multiplied by these: light of another colour. */
  readonly gains?: readonly [red: number, green: number, blue: number]
  /** In the end only brightness is left. */
  readonly grey?: boolean
}

/** How bright red, green and blue are (ITU-R BT.601, as in JPEG). */
const luma = [0.299, 0.587, 0.114] as const

/** The change of colours as one matrix [3, 4], row-major, that is multiplied with (r, g, b, 1). */
export function colourChange({
  brightness = 1,
  contrast = 1,
  saturation = 1,
  gains = [1, 1, 1],
  grey = false,
}: ColourChange): Float64Array {
  const out = new Float64Array(12)
  for (let c = 0; c < 3; c++)
    for (let d = 0; d < 3; d++)
      out[4 * c + d] = gains[c]! * ((c === d ? saturation : 0) + (1 - saturation) * luma[d]!)
  if (grey)
    for (let d = 0; d < 3; d++) {
      const mixed = luma[0] * out[d]! + luma[1] * out[4 + d]! + luma[2] * out[8 + d]!
      out[d] = out[4 + d] = out[8 + d] = mixed
    }
  for (let c = 0; c < 3; c++) {
    const white = out[4 * c]! + out[4 * c + 1]! + out[4 * c + 2]!
    for (let d = 0; d < 3; d++) out[4 * c + d]! *= contrast * brightness
    out[4 * c + 3] = white * (1 - contrast) * 127.5
  }
  return out
}
