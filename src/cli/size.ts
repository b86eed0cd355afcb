import { UsageError } from '../errors.ts'
import type { Size } from '../image/warp.ts'

/**
 * Reads `HEIGHTxWIDTH`, in pixels from 1 to 4096 each; `option` names it in errors.
 * @throws UsageError for anything else.
 */
export function parseSize(text: string, option: string): Size {
  const [, height, width] = (/^(\d{1,4})x(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (!(height! >= 1 && width! >= 1 && height! <= 4096 && width! <= 4096))
    throw new UsageError(`${option}: expected HEIGHTxWIDTH in pixels, such as 112x96, got ${text}`)
  return { height: height!, width: width! }
}
