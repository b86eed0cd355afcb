import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import { lockRun, refuseLiveRun } from './run-lock.ts'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-lock-'))
  path = join(folder, 'run.lock')
})
afterEach(() => rm(folder, { recursive: true }))

/** The lock that this process makes. */
async function mine(): Promise<Record<string, unknown>> {
  const release = await lockRun(folder)
  const text = await readFile(path, 'utf8')
  release()
  return JSON.parse(text)
}
const put = (holder: Record<string, unknown> | string): Promise<void> =>
  writeFile(path, typeof holder === 'string' ? holder : JSON.stringify(holder))

/** Expects the lock to be taken over, and to be this process's afterwards. */
async function expectTakenOver(): Promise<void> {
  await refuseLiveRun(folder)
  const release = await lockRun(folder)
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid })
  release()
  expect(await readdir(folder)).toEqual([])
}

/** Expects it to be refused, in one line with process, machine, time and folder, and left as it is. */
async function expectRefused(pid: number, host = hostname()): Promise<void> {
  const before = await readFile(path, 'utf8')
  for (const refused of [lockRun, refuseLiveRun]) {
    const error: unknown = await refused(folder)
      .then(() => null)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UsageError)
    const { message } = error as UsageError
    expect(message.replace(/\d{4}-[\d-]+T[\d:.]+Z/, 'TIME')).toBe(
      `--out: process ${pid} on ${host} works on this run since TIME (if it is no more, delete run.lock there), got ${folder}`,
    )
  }
  expect(await readFile(path, 'utf8')).toBe(before)
  expect(await readdir(folder)).toEqual(['run.lock'])
}

describe('lockRun(folder)', () => {
  it('says process, machine and time, and is released as often as one likes', async () => {
    const release = await lockRun(folder)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      pid: process.pid,
      host: hostname(),
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })
    await expectRefused(process.pid)
    release()
    release()
    expect(await readdir(folder)).toEqual([])
    const again = await lockRun(folder)
    release()
    await expectRefused(process.pid)
    again()
  })

  it('takes over that of a process that is no more', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
    await new Promise((done) => child.on('exit', done))
    await put({ ...(await mine()), pid: child.pid, birth: null })
    await expectTakenOver()
  })

  it('refuses that of another process that lives, and takes it over once it was killed', async () => {
    const script = `import { lockRun } from ${JSON.stringify(new URL('./run-lock.ts', import.meta.url).href)}
      await lockRun(${JSON.stringify(folder)})
      console.log('locked')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((done) => child.stdout.once('data', done))
    await expectRefused(child.pid!)
    child.kill('SIGKILL')
    await new Promise((done) => child.on('exit', done))
    expect(await readdir(folder)).toEqual(['run.lock'])
    await expectTakenOver()
  })

  it('goes with a process that ends without releasing it', async () => {
    const script = `import { lockRun } from ${JSON.stringify(new URL('./run-lock.ts', import.meta.url).href)}
      await lockRun(${JSON.stringify(folder)})
      process.exit(130)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    expect(await new Promise((done) => child.on('exit', done))).toBe(130)
    expect(await readdir(folder)).toEqual([])
  })

  it('takes over that of an earlier process with the number of one that lives', async () => {
    const holder = await mine()
    await put({ ...holder, birth: 'another boot 12' })
    if (holder.birth !== null) await expectTakenOver()
    // Where only the date is known: one of before the machine began, and one of since then.
    await put({ ...holder, birth: null, since: '2001-01-01T00:00:00.000Z' })
    await expectTakenOver()
    await put({ ...holder, birth: null })
    await expectRefused(process.pid)
  })

  it('refuses that of another machine, of which it can know nothing', async () => {
    await put({ ...(await mine()), host: 'elsewhere', birth: 'x', since: '2001-01-01T00:00:00.000Z' })
    await expectRefused(process.pid, 'elsewhere')
  })

  it.each(['', '{"pid": 1', '[]', '{"pid": 1.5, "host": "a", "since": "2020-01-01"}'])(
    'takes over one that a power cut left as %j',
    async (text) => {
      await put(text)
      await expectTakenOver()
    },
  )

  it('waits for whoever is writing it', async () => {
    const holder = await mine()
    await put('')
    setTimeout(() => void put(holder), 100)
    await expect(lockRun(folder)).rejects.toThrow(UsageError)
  })

  it('of several who find one of a dead process lets one have it', async () => {
    const dead = { ...(await mine()), birth: null, since: '2001-01-01T00:00:00.000Z' }
    /** Starts later by so many turns of the event loop: in some rounds one looks just before another is done. */
    const late = async (turns: number): Promise<() => void> => {
      for (let k = 0; k < turns; k++) await new Promise((done) => setImmediate(done))
      return lockRun(folder)
    }
    for (let round = 0; round < 40; round++) {
      await put(dead)
      const tries = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => late((i * round) % 41)))
      const won = tries.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      expect(won).toHaveLength(1)
      won[0]!()
      expect(await readdir(folder)).toEqual([])
    }
  })

  it('is not kept out by one that was killed while it took over', async () => {
    await put({ ...(await mine()), birth: null, since: '2001-01-01T00:00:00.000Z' })
    const turn = `${path}.tmp-0`
    await writeFile(turn, '')
    const before = new Date(Date.now() - 6000)
    await utimes(turn, before, before)
    await expectTakenOver()
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'says that it may not write there (needs a user who may not all)',
    async () => {
      await chmod(folder, 0o555)
      await expect(lockRun(folder)).rejects.toThrow(`${path}: cannot be written, no permission`)
      await chmod(folder, 0o755)
    },
  )

  it('says that there is no such folder', async () => {
    await expect(lockRun(join(folder, 'none'))).rejects.toThrow(
      `${folder}/none/run.lock: cannot be written, no such file or folder`,
    )
    await refuseLiveRun(join(folder, 'none'))
  })
})
