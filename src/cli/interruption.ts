/**
 * Answers Ctrl-C and a polite kill: the first asks the work to stop at the next good place, the second leaves at once.
 * `stop` gives the signals back.
 */
export function interruption(say: (line: string) => void): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  let first = 0
  const answer = (): void => {
    const now = performance.now()
    if (!controller.signal.aborted) {
      first = now
      say('\nstopping: saving after this step (again to leave at once)')
      controller.abort()
    } else if (now - first > 500) {
      // A terminal and a parent process may both pass on one key press: only a later signal counts as the second.
      process.exit(130)
    }
  }
  process.on('SIGINT', answer)
  process.on('SIGTERM', answer)
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', answer)
      process.off('SIGTERM', answer)
    },
  }
}
