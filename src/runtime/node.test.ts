import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heavy, heavyFeeds, small } from '../../test/runtime/models.ts'
import {
  add,
  grad,
  input,
  matmul,
  mul,
  parameter,
  reduceMean,
  square,
  sub,
  type Tensor,
} from '../graph/index.ts'
import { emit } from '../onnx/index.ts'
import { createSession, createStepSession, nextName, type Session, type TensorData } from './node.ts'

const real = (shape: readonly number[], data: readonly number[]): TensorData => ({
  type: 'float32',
  shape,
  data: Float32Array.from(data),
})

describe('a session', () => {
  let session: Session

  beforeAll(async () => {
    session = await createSession(small, { threads: 1 })
  })
  afterAll(() => session.close())

  it('tells the names, types and shapes of what goes in and comes out', () => {
    expect(session.inputs).toEqual([{ name: 'x', type: 'float32', shape: [2] }])
    expect(session.outputs).toEqual([{ name: 'y', type: 'float32', shape: [2] }])
  })

  it('answers runs in the order in which they were asked, each with its own result', async () => {
    const order: number[] = []
    const answers = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (i) => {
        const { y } = await session.run({ x: real([2], [i, -i]) })
        order.push(i)
        return y!.data
      }),
    )
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    answers.forEach((data, i) => {
      expect(data[0]).toBeCloseTo(Math.exp(i), 3)
      expect(data[1]).toBeCloseTo(Math.exp(-i), 5)
    })
  })

  it.each([
    ['a missing input', {}, /'x' is missing/],
    ['a wrong shape', { x: real([3], [1, 2, 3]) }, /dimensions.*Got: 3 Expected: 2/],
    [
      'a wrong type',
      { x: { type: 'int32', shape: [2], data: Int32Array.of(1, 2) } as const },
      /data type.*int32/,
    ],
    ['data that do not fill the shape', { x: real([2], [1]) }, /size\(2\) does not match data length\(1\)/],
  ])('rejects %s with one line of the runtime, and goes on', async (_, feeds, message) => {
    const bad = session.run(feeds)
    const good = session.run({ x: real([2], [0, 0]) })
    await expect(bad).rejects.toThrow(message)
    await expect(bad).rejects.toThrow(/^[^\n]+$/)
    expect((await good).y!.data).toEqual(Float32Array.of(1, 1))
  })

  it('leaves the arrays that it is fed as they were, so that they can be filled again', async () => {
    const x = real([2], [1, 2])
    const answer = session.run({ x })
    x.data[0] = 0
    expect(((await answer).y!.data as Float32Array)[0]).toBeCloseTo(Math.E, 5)
    expect(x.data).toEqual(Float32Array.of(0, 2))
  })
})

describe('what is no model', () => {
  const folder = tmpdir()

  it.each([
    ['text', new TextEncoder().encode('person/file.jpg 0\n')],
    ['zeros', new Uint8Array(256)],
    ['nothing', new Uint8Array(0)],
    ['half a model', small.slice(0, small.length / 2)],
  ])('%s is rejected in one line, as bytes and as a file', async (name, bytes) => {
    await expect(createSession(bytes)).rejects.toThrow(/^[^\n]+$/)
    const path = join(folder, `steradian-no-model-${process.pid}-${name.replaceAll(' ', '-')}`)
    await writeFile(path, bytes)
    await expect(createSession(path)).rejects.toThrow(/^[^\n]+$/)
  })

  it('a file that is not there is rejected with its name', async () => {
    await expect(createSession('/no/such/model.onnx')).rejects.toThrow(
      /^[^\n]*\/no\/such\/model\.onnx[^\n]*$/,
    )
  })
})

describe('while a run is under way', () => {
  it("the main thread's events go on", async () => {
    const session = await createSession(heavy(), { threads: 1 })
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    const { y } = await session.run(heavyFeeds)
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
    expect((y!.data as Float32Array)[12345]).toBeCloseTo(1, 4)
    await session.close()
  })

  it('close rejects what is waiting, and every run after', async () => {
    const session = await createSession(heavy(), { threads: 1 })
    const waiting = [session.run(heavyFeeds), session.run(heavyFeeds)]
    const settled = Promise.allSettled(waiting)
    await session.close()
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: new Error('the session is closed') })
    await expect(session.run(heavyFeeds)).rejects.toThrow('the session is closed')
    await session.close()
  })
})

describe('a step session', () => {
  const samples = [
    [1, 2],
    [-1, 0.5],
    [0.25, -2],
  ] as const
  const targets = [0.5, -1, 2] as const
  const first = { w: [0.3, -0.2], m: [0, 0] }

  /** Least squares by gradient descent with momentum 0.9 as one graph, and the same in plain numbers below. */
  function stepModel(): Uint8Array {
    const x = input('x', [3, 2])
    const w = parameter('w', [2, 1], { init: () => new Float32Array(2) })
    const m = input('m', [2, 1])
    const rate = input('rate', [])
    const loss = reduceMean(square(sub(matmul(x, w), input('t', [3, 1]))))
    const [g] = grad(loss, [w]) as [Tensor]
    const next = add(mul(0.9, m), g)
    return emit({ loss, 'next:w': sub(w, mul(rate, next)), 'next:m': next }, { name: 'step' })
  }

  function literal(steps: number): { losses: number[]; w: number[]; m: number[] } {
    let { w, m } = first
    const losses: number[] = []
    for (let step = 1; step <= steps; step++) {
      const errors = samples.map((x, i) => x[0] * w[0]! + x[1] * w[1]! - targets[i]!)
      losses.push(errors.reduce((sum, e) => sum + e * e, 0) / 3)
      const g = [0, 1].map((k) => samples.reduce((sum, x, i) => sum + (2 * errors[i]! * x[k]!) / 3, 0))
      m = m.map((value, k) => 0.9 * value + g[k]!)
      w = w.map((value, k) => value - (0.1 / step) * m[k]!)
    }
    return { losses, w, m }
  }

  const feeds = (step: number): Record<string, TensorData> => ({
    x: real([3, 2], samples.flat()),
    t: real([3, 1], targets),
    rate: real([], [0.1 / step]),
  })
  const state = (): Record<string, TensorData> => ({ w: real([2, 1], first.w), m: real([2, 1], first.m) })

  const expectState = (actual: Record<string, TensorData>, steps: number): void => {
    const expected = literal(steps)
    for (const name of ['w', 'm'] as const) {
      expect(actual[name]).toMatchObject({ type: 'float32', shape: [2, 1] })
      expected[name].forEach((value, i) => {
        expect(actual[name]!.data[i]).toBeCloseTo(value, 5)
      })
    }
  }

  it('nextName(name) is what the model calls the next value', () => {
    expect(nextName('w')).toBe('next:w')
  })

  it('carries its state from step to step: after 0 … 7 steps it is what a literal computation gives', async () => {
    const session = await createStepSession(stepModel(), { threads: 1, state: state() })
    expectState(await session.read(), 0)
    for (let step = 1; step <= 7; step++) {
      const outputs = await session.step(feeds(step))
      expect(Object.keys(outputs)).toEqual(['loss'])
      expect((outputs.loss!.data as Float32Array)[0]).toBeCloseTo(literal(step).losses.at(-1)!, 5)
      expectState(await session.read(), step)
    }
    await session.close()
  })

  it('takes steps that are asked for at once in order', async () => {
    const session = await createStepSession(stepModel(), { threads: 1, state: state() })
    const losses = await Promise.all([1, 2, 3, 4, 5].map((step) => session.step(feeds(step))))
    const expected = literal(5).losses
    losses.forEach(({ loss }, i) => {
      expect((loss!.data as Float32Array)[0]).toBeCloseTo(expected[i]!, 5)
    })
    expectState(await session.read(), 5)
    const names = Object.keys(await session.read()).slice(1, 2)
    expect(Object.keys(await session.read(names))).toEqual(names)
    await session.close()
  })

  it('reads a copy: neither later steps nor the reader change the other', async () => {
    const given = state()
    const session = await createStepSession(stepModel(), { threads: 1, state: given })
    given.w!.data[0] = 1000
    await session.step(feeds(1))
    const early = await session.read()
    await session.step(feeds(2))
    await session.step(feeds(3))
    expectState(early, 1)
    early.w!.data[0] = 1000
    const late = await session.read()
    expectState(late, 3)
    late.m!.data[1] = 1000
    await session.step(feeds(4))
    expectState(await session.read(), 4)
    await session.close()
  })

  it('keeps its state where a step fails', async () => {
    const session = await createStepSession(stepModel(), { threads: 1, state: state() })
    await session.step(feeds(1))
    await expect(session.step({ ...feeds(2), x: real([1, 2], [1, 2]) })).rejects.toThrow(/dimensions/)
    expectState(await session.read(), 1)
    await session.step(feeds(2))
    expectState(await session.read(), 2)
    await session.close()
  })

  it('names the runtime and its version', async () => {
    const session = await createStepSession(stepModel(), { threads: 1, state: state() })
    expect(session.version).toMatch(/^onnxruntime-node \d+\.\d+\.\d+/)
    await session.close()
  })
})
