/** The first place in `begin` … `end` of the rising values that is not below `value`. */
export function lowerBound(rising: Float64Array, value: number, begin = 0, end = rising.length): number {
  let [low, high] = [begin, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rising[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
