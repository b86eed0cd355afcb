/**
 * A gate that lets at most `limit` tasks run at once and keeps the others waiting in order, so that hundreds of decodes
 * asked for at once do not crowd out every other user of the thread pool.
 */
export function gate(limit: number): <T>(task: () => Promise<T> | T) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      // The place is handed over, not freed, so that no newcomer slips in between.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** Calls `work` for 0 … count − 1, at most `limit` calls at a time; the first failure starts no more and is thrown. */
export async function forEachIndex(
  count: number,
  limit: number,
  work: (index: number) => Promise<void> | void,
): Promise<void> {
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < count && !failed) {
      try {
        await work(next++)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker))
}
