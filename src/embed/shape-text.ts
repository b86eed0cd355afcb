import type { Size } from '../image/warp.ts'
import type { PortInfo } from '../runtime/session.ts'

/** A shape as messages write it; a free axis by its name, or as `?`. */
export const shapeText = ({ shape }: PortInfo): string => `[${shape.map((axis) => axis || '?').join(', ')}]`

/** A size as options and metadata write it. */
export const sizeText = ({ height, width }: Size): string => `${height}x${width}`

/** Reads HEIGHTxWIDTH, 1 to 4096 each; undefined for anything else. */
export function sizeOf(text: string): Size | undefined {
  const [, height, width] = (/^([1-9]\d{0,3})x([1-9]\d{0,3})$/.exec(text) ?? []).map(Number)
  return height! <= 4096 && width! <= 4096 ? { height: height!, width: width! } : undefined
}
