/** An upright rectangle in pixels: left, top, width, height. It may reach past the picture. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Area of the intersection over area of the union of two boxes, in [0, 1]; two empty boxes give 0. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (a.width * a.height + b.width * b.height - both)
}

/**
 * Non-maximum suppression: takes the best of `items` by score and drops those that overlap it by more than `iou`, again
 * and again. Returns the kept ones, best first; of equal scores the earlier goes first. Only the best `topK` are
 * looked at. `box` says which box of an item is compared.
 */
export function suppress<T extends { readonly box: Box; readonly score: number }>(
  items: readonly T[],
  { iou = 0.3, topK = 5000, box = (item: T): Box => item.box } = {},
): T[] {
  const kept: { item: T; box: Box }[] = []
  for (const item of items.toSorted((a, b) => b.score - a.score).slice(0, topK)) {
    const candidate = box(item)
    if (kept.every((other) => overlap(candidate, other.box) <= iou)) kept.push({ item, box: candidate })
  }
  return kept.map(({ item }) => item)
}
