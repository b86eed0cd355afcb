/** What a piece of work takes while it runs. */
export interface Needs {
  readonly threads: number
  readonly memoryBytes: number
  /** A file that whoever comes first makes and all who name it read: the others wait until it is there. */
  readonly shared?: string | undefined
}

/** What there is to share out. */
export interface Supply {
  /** How many pieces may run at once. */
  readonly jobs: number
  readonly threads: number
  readonly memoryBytes: number
}

/**
 * Runs pieces of work in their order, as many at once as the supply allows; one that fits beside none runs alone. A later
 * piece that fits goes before an earlier one that does not. After `signal` none is started. Ends when all that were started
 * have ended.
 * @throws the first error of a piece, when the others have ended; none is started after it
 */
export async function workQueue<T extends Needs>(
  pieces: readonly T[],
  {
    supply,
    run,
    signal,
    exists,
    pollMs = 200,
  }: {
    readonly supply: Supply
    readonly run: (piece: T) => Promise<void>
    readonly signal: AbortSignal
    /** Whether a shared file is there. */
    readonly exists: (file: string) => boolean
    readonly pollMs?: number
  },
): Promise<void> {
  const waiting = [...pieces]
  const running = new Map<T, Promise<void>>()
  const failures: unknown[] = []
  const fits = (piece: T): boolean => {
    const others = [...running.keys()]
    if (others.length === 0) return true
    const total = (need: 'threads' | 'memoryBytes'): number =>
      others.reduce((sum, other) => sum + other[need], piece[need])
    return (
      others.length < supply.jobs &&
      total('threads') <= supply.threads &&
      total('memoryBytes') <= supply.memoryBytes &&
      !others.some(({ shared }) => shared !== undefined && shared === piece.shared && !exists(shared))
    )
  }
  while (running.size > 0 || (waiting.length > 0 && !signal.aborted && failures.length === 0)) {
    const next = signal.aborted || failures.length > 0 ? undefined : waiting.find(fits)
    if (next) {
      waiting.splice(waiting.indexOf(next), 1)
      const done = run(next)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(next))
      running.set(next, done)
      continue
    }
    // A shared file comes to be while its maker still runs: looked for now and then.
    const isAwaited = waiting.some(({ shared }) => shared !== undefined)
    let timer: NodeJS.Timeout | undefined
    const tick = new Promise<void>((done) => {
      if (isAwaited) timer = setTimeout(done, pollMs)
    })
    await Promise.race([...running.values(), tick])
    clearTimeout(timer)
  }
  if (failures.length > 0) throw failures[0]
}

/** How many threads each piece gets where nobody said: as many pieces at once as there are cores, each with its share of them. */
export function threadsEach(pieces: number, { cores, jobs }: { cores: number; jobs: number }): number {
  return Math.max(1, Math.floor(cores / Math.max(1, Math.min(pieces, jobs, cores))))
}
