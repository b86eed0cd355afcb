/**
 * Yields `work(item)` for each item of a stream, in the stream's order, with up to `ahead` of them under way at a time;
 * so no more than that is held, however long the stream is. The first failure is thrown in its turn, and when the
 * reader stops, no more work is begun and what is under way is waited for.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  { ahead = 4 } = {},
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      // Someone awaits it in its turn; until then a failure must not count as unhandled.
      result.catch(() => {})
      underWay.push(result)
      if (underWay.length >= ahead) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    await Promise.allSettled(underWay)
  }
}
