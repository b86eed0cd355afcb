import { readFileSync, rmSync } from 'node:fs'
import { readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname, uptime } from 'node:os'
import { join } from 'node:path'
import { DataError, fileProblem, UsageError } from '../../errors.ts'

/** The file in a run's folder that says which process works on it. */
export const lockName = 'run.lock'

/** Who holds a lock, as the file says it. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process began: an ISO date, for people and where nothing better is known. */
  readonly since: string
  /** What no later process with this number shares: the machine's boot and the moment in it (Linux). */
  readonly birth: string | null
}

/**
 * Locks the folder of a run for this process, until the returned function is called or the process ends. A lock of a
 * process that is no more, killed or gone with a reboot, is taken over.
 * @throws UsageError when a live process holds it, DataError when the file cannot be written
 */
export async function lockRun(folder: string): Promise<() => void> {
  const path = join(folder, lockName)
  const mine = `${JSON.stringify(await thisProcess())}\n`
  while (!(await created(path, mine))) {
    const text = await settledText(path)
    if (text === null) continue
    const holder = parsed(text)
    if (holder && (await isLive(holder))) throw inUse(folder, holder)
    await removeDead(path)
  }
  let isHeld = true
  const release = (): void => {
    if (!isHeld) return
    isHeld = false
    process.off('exit', release)
    try {
      if (readFileSync(path, 'utf8') === mine) rmSync(path)
    } catch {
      // The folder is gone, or may not be written any more: the lock of an ended process hinders nobody.
    }
  }
  process.on('exit', release)
  return release
}

/** Reads whether a live process works on a run; changes nothing. @throws UsageError when one does */
export async function refuseLiveRun(folder: string): Promise<void> {
  const text = await settledText(join(folder, lockName)).catch(() => null)
  const holder = text === null ? null : parsed(text)
  if (holder && (await isLive(holder))) throw inUse(folder, holder)
}

const inUse = (folder: string, { pid, host, since }: Holder): UsageError =>
  new UsageError(
    `--out: process ${pid} on ${host} works on this run since ${since} (if it is no more, delete ${lockName} there), got ${folder}`,
  )

/** Writes the file if there is none. */
async function created(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // Made, but not filled: the disk is full.
    if ((error as NodeJS.ErrnoException).syscall === 'write') await unlink(path).catch(() => {})
    throw new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
  }
}

/** What a lock says, once whoever makes it just now has written it; null where there is none (any more). */
async function settledText(path: string): Promise<string | null> {
  for (let i = 0; ; i++) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw new DataError(`${path}: cannot be read, ${fileProblem(error)}`)
    })
    // One that stays empty was left by a process that died in between, or by a power cut.
    if (text === null || parsed(text) || i === 20) return text
    await wait()
  }
}

/**
 * Removes the lock of a dead process. Of several who found it dead, one at a time looks again and removes it: another may have
 * put its own there meanwhile.
 */
async function removeDead(path: string): Promise<void> {
  const turn = `${path}.tmp-0`
  if (!(await created(turn, ''))) {
    // A turn is over in a moment, unless its process was killed in it.
    await wait()
    const { mtimeMs } = await stat(turn).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < Date.now() - 5000) await unlink(turn).catch(() => {})
    return
  }
  try {
    const text = await settledText(path)
    const holder = text === null ? null : parsed(text)
    if (text === null || (holder && (await isLive(holder)))) return
    await unlink(path).catch((error: unknown) => {
      throw new DataError(`${path}: cannot be removed, ${fileProblem(error)}`)
    })
  } finally {
    await unlink(turn).catch(() => {})
  }
}

const wait = (): Promise<void> => new Promise((done) => setTimeout(done, 25))

function parsed(text: string): Holder | null {
  try {
    const { pid, host, since, birth } = JSON.parse(text) as Holder
    const isWhole = Number.isInteger(pid) && typeof host === 'string' && !Number.isNaN(Date.parse(since))
    return isWhole ? { pid, host, since, birth: typeof birth === 'string' ? birth : null } : null
  } catch {
    return null
  }
}

const thisProcess = async (): Promise<Holder> => ({
  pid: process.pid,
  host: hostname(),
  since: new Date(performance.timeOrigin).toISOString(),
  birth: await birthOf(process.pid),
})

/** Whether a process may still run; of one on another machine nobody here can tell that it does not. */
async function isLive({ pid, host, since, birth }: Holder): Promise<boolean> {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = await birthOf(pid)
  if (birth !== null && now !== null) return birth === now
  // A process of before the machine began is another that has got its number.
  return Date.parse(since) > Date.now() - 1000 * uptime() - 60_000
}

/** Boot and moment in it at which a process began; `ended` for one that waits to be collected; null where that is not told. */
async function birthOf(pid: number): Promise<string | null> {
  try {
    const [stat, boot] = await Promise.all(
      [`/proc/${pid}/stat`, '/proc/sys/kernel/random/boot_id'].map((path) => readFile(path, 'utf8')),
    )
    // Behind the name in brackets, which may hold anything: state, …, start time as the 20th.
    const fields = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : `${boot!.trim()} ${fields[19]}`
  } catch {
    return null
  }
}
