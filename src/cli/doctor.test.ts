import { afterEach, expect, test, vi } from 'vitest'
import { runCommand } from '../../test/embed/run-command.ts'
import { hasRuntime, isAtLeast } from './doctor/diagnosis.ts'
import { registerDoctor } from './doctor.ts'

const runtime = vi.hoisted(() => ({ failure: undefined as string | undefined, wrong: false }))
vi.mock('../runtime/index.ts', async (load) => {
  const real = await load<typeof import('../runtime/index.ts')>()
  return {
    ...real,
    createStepSession: async (...args: Parameters<typeof real.createStepSession>) => {
      if (runtime.failure) throw new Error(runtime.failure)
      const session = await real.createStepSession(...args)
      if (!runtime.wrong) return session
      const y = { type: 'float32', shape: [1, 1, 4, 4], data: new Float32Array(16) }
      return { ...session, step: async () => ({ y }) }
    },
  }
})
afterEach(() => {
  Object.assign(runtime, { failure: undefined, wrong: false })
  vi.unstubAllEnvs()
})

test('doctor --json says what there is, and that nothing is missing', async () => {
  const { stdout, exitCode, error } = await runCommand(registerDoctor, 'doctor', '--json')
  expect(error).toBeUndefined()
  const found = JSON.parse(stdout)
  expect(found.problems).toEqual([])
  expect(exitCode).toBe(0)
  expect(found).toMatchObject({
    ok: true,
    steradian: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: { version: process.versions.node },
    platform: { os: process.platform, arch: process.arch },
    runtime: { version: expect.stringMatching(/^onnxruntime-node \d/) },
    sharp: { version: expect.stringMatching(/^\d/) },
    disk: { folder: process.cwd() },
  })
  expect(found.processor.cores).toBeGreaterThan(0)
  expect(found.memory.freeBytes).toBeLessThanOrEqual(found.memory.totalBytes)
  expect(found.runtime.providers).toContainEqual({ name: 'cpu', bundled: true })
  expect(found.lowerings.length).toBeGreaterThan(2)
  expect(found.hints.join('\n')).toContain('ONNXRUNTIME_NODE_INSTALL=skip npm i')
})

test('doctor prints a line for each of them', async () => {
  const { stdout } = await runCommand(registerDoctor, 'doctor')
  for (const name of [
    'node',
    'platform',
    'processor',
    'instructions',
    'memory',
    'disk',
    'runtime',
    'devices',
    'sharp',
  ])
    expect(stdout).toMatch(new RegExp(`^${name} +\\S`, 'm'))
  expect(stdout).toMatch(/^lowerings {5}3 → 64 channels, 112x96, stride 2: im2col$/m)
  expect(stdout.endsWith('\nnothing is missing\n')).toBe(true)
})

test('a runtime that does not load is a problem, and the exit code 1', async () => {
  runtime.failure = 'libonnxruntime.so.1: cannot open shared object file\nNo such file'
  const { stdout, exitCode } = await runCommand(registerDoctor, 'doctor', '--json')
  expect(exitCode).toBe(1)
  const found = JSON.parse(stdout)
  expect([found.ok, found.runtime.version]).toEqual([false, null])
  expect(found.problems).toEqual([
    'runtime: libonnxruntime.so.1: cannot open shared object file No such file',
  ])
  const { stdout: text } = await runCommand(registerDoctor, 'doctor')
  expect(text).toMatch(/^runtime +does not run$/m)
  expect(
    text.endsWith(
      'problem: runtime: libonnxruntime.so.1: cannot open shared object file No such file\n1 problem\n',
    ),
  ).toBe(true)
})

test('a runtime that computes wrong numbers is a problem', async () => {
  runtime.wrong = true
  const { stdout, exitCode } = await runCommand(registerDoctor, 'doctor', '--json')
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout).problems[0]).toMatch(
    /^runtime: a small convolution should give 4,6,6,4,.*, got 0,0/,
  )
})

test('isAtLeast compares versions part by part, as numbers', () => {
  expect(isAtLeast('24.21.0', '22.12')).toBe(true)
  expect(isAtLeast('22.12.0', '22.12')).toBe(true)
  expect(isAtLeast('22.9.5', '22.12')).toBe(false)
  expect(isAtLeast('20.19.0', '22.12')).toBe(false)
  expect(isAtLeast('100.0.0', '22.12')).toBe(true)
})

test('hasRuntime knows the platforms that the runtime is built for', () => {
  expect(hasRuntime('linux', 'x64', { isGlibc: true })).toBe(true)
  expect(hasRuntime('linux', 'arm64', { isGlibc: true })).toBe(true)
  expect(hasRuntime('linux', 'x64', { isGlibc: false })).toBe(false)
  expect(hasRuntime('linux', 'riscv64', { isGlibc: true })).toBe(false)
  expect(hasRuntime('darwin', 'arm64', { isGlibc: false })).toBe(true)
  expect(hasRuntime('darwin', 'x64', { isGlibc: false })).toBe(false)
  expect(hasRuntime('win32', 'x64', { isGlibc: false })).toBe(true)
  expect(hasRuntime('freebsd', 'x64', { isGlibc: false })).toBe(false)
})
