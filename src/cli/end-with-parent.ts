/** Environment of a process that shall end with the one that started it, whose end of the standard input it watches. */
export const endsWithParent = { STERADIAN_ENDS_WITH_PARENT: '1' } as const

/**
 * Where the process that started this one said so, ends this one when that one is gone, however it went: a killed sweep tells
 * nobody, but its end of our standard input closes. What is under way stops as at a polite kill, and saves.
 */
export function endWithParent(): void {
  if (process.env.STERADIAN_ENDS_WITH_PARENT === undefined) return
  const { stdin } = process
  stdin.on('error', () => {})
  stdin.once('close', () => {
    // Not by a signal to itself: on Windows that ends a process at once.
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143)
  })
  stdin.resume()
  // Watching holds no process whose work is done.
  if ('unref' in stdin) stdin.unref()
}
