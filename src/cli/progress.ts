/** Where progress is written: a terminal, or anything that takes text. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A running count of work done. */
export interface Progress {
  /** Says that `done` pieces are done in all; `extra` is shown at the end of the line. */
  update(done: number, extra?: string): void
  /** Ends the line, once, with the number done and the time taken; call it before anything else is written. */
  finish(): void
}

/**
 * Shows how far work is: count, percentage, rate and time left. On a terminal one line is rewritten, at most ten times
 * a second; elsewhere a plain line is written at most every 10 s. Without a `total` there is no percentage or time left.
 * `from` is what an earlier run had done, so that the rate is this run's own; `start` is when the work began, where that was
 * before this call. `now` is a clock in milliseconds.
 */
export function progress({
  total,
  label,
  stream = process.stderr,
  unit = '',
  from = 0,
  now = () => performance.now(),
  start = now(),
}: {
  readonly label: string
  readonly total?: number | undefined
  readonly stream?: ProgressStream
  readonly unit?: string
  readonly from?: number
  readonly now?: () => number
  readonly start?: number
}): Progress {
  const terminal = stream.isTTY === true
  const every = terminal ? 100 : 10_000
  let written = terminal ? Number.NEGATIVE_INFINITY : start
  let last = { done: from, extra: '' }
  let finished = false
  // Rate over the last half minute or so: the first pieces are often slow, and must not colour the time left for long.
  let mark = { at: start, done: from }
  let before = mark

  const line = (): string => {
    const at = now()
    if (at - mark.at > 15_000) [before, mark] = [mark, { at, done: last.done }]
    const rate = at > before.at ? ((last.done - before.done) * 1000) / (at - before.at) : 0
    const count = total === undefined ? `${last.done}` : `${last.done}/${total}`
    const parts = [`${label} ${count}`]
    if (total) parts.push(`${Math.floor((100 * last.done) / total)} %`)
    if (rate > 0) parts.push(`${digits(rate)}${unit && ` ${unit}`}/s`)
    if (rate > 0 && total !== undefined && total > last.done)
      parts.push(`${duration((total - last.done) / rate)} left`)
    if (last.extra) parts.push(last.extra)
    return parts.join('  ')
  }
  const show = (text: string): void => {
    // A line wider than the terminal would wrap, and `\r` would then leave its first half behind.
    if (terminal) stream.write(`\r${stream.columns ? text.slice(0, stream.columns - 1) : text}\x1b[K`)
    else stream.write(`${text}\n`)
  }
  return {
    update(done, extra = '') {
      last = { done, extra }
      if (finished || now() - written < every) return
      written = now()
      show(line())
    },
    finish() {
      if (finished) return
      finished = true
      const seconds = (now() - start) / 1000
      const count = total === undefined || total === last.done ? `${last.done}` : `${last.done}/${total}`
      const rate = seconds > 0 ? `, ${digits((last.done - from) / seconds)}${unit && ` ${unit}`}/s` : ''
      const extra = last.extra && `  ${last.extra}`
      show(`${label} ${count} in ${duration(seconds)}${rate}${extra}`)
      if (terminal) stream.write('\n')
    },
  }
}

/** A number of seconds as people say it: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`, `3 d 04 h`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?'
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two((whole % 3600) / 60)} min`
  return `${Math.floor(whole / 86_400)} d ${two((whole % 86_400) / 3600)} h`
}

/** A positive number with about three digits: `0.0125`, `1.25`, `12.5`, `125`. */
function digits(value: number): string {
  if (value >= 99.95) return String(Math.round(value))
  if (value >= 9.995) return value.toFixed(1)
  return String(Number(value.toPrecision(3)))
}
