import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sfnet } from '../backbones/index.ts'
import { memorySource, trainingData } from '../data/index.ts'
import { softmax } from '../losses/index.ts'
import { train } from '../train/index.ts'
import { interruption } from './interruption.ts'

let lines: string[] = []
let stop: () => void = () => {}
let signal: AbortSignal
beforeEach(() => {
  lines = []
  ;({ signal, stop } = interruption((line) => lines.push(line)))
})
afterEach(() => stop())

describe('interruption(say)', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('answers %s by a line and an aborted signal', async (name) => {
    expect(signal.aborted).toBe(false)
    process.emit(name)
    expect(signal.aborted).toBe(true)
    expect(lines).toEqual(['\nstopping: saving after this step (again to leave at once)'])
  })

  it('takes one key press that comes twice for one', () => {
    process.emit('SIGINT')
    process.emit('SIGINT')
    expect(lines).toHaveLength(1)
  })

  it('gives the signals back', () => {
    const before = process.listenerCount('SIGINT')
    stop()
    expect(process.listenerCount('SIGINT')).toBe(before - 1)
    expect(process.listenerCount('SIGTERM')).toBe(0)
  })

  it('is answered during a step, since the step runs in a thread of its own', async () => {
    const [height, width, batch] = [112, 96, 8]
    const pixels = new Uint8Array(batch * height * width * 3).fill(100)
    const labels = Int32Array.from({ length: batch }, (_, i) => i % 2)
    let thirdIsDone = false
    let saidInTime = false
    const { step, interrupted } = await train({
      backbone: (x) => sfnet(x, { depth: 10, width: 0.5, dimensions: 8 }),
      loss: softmax,
      data: trainingData(memorySource({ pixels, labels, height, width })),
      batch,
      steps: 4,
      rate: 1e-4,
      lowering: 'plain',
      signal,
      onStep: ({ step: done, stepMs }) => {
        if (done === 3) thirdIsDone = true
        if (done !== 2) return
        // The third step will take about as long as the second: this comes in its midst.
        setTimeout(() => process.kill(process.pid, 'SIGINT'), 0.2 * stepMs)
        const look = setInterval(() => {
          if (lines.length === 0 && !thirdIsDone) return
          saidInTime = lines.length === 1 && !thirdIsDone
          clearInterval(look)
        }, 1)
      },
    })
    expect({ step, interrupted, saidInTime }).toEqual({ step: 3, interrupted: true, saidInTime: true })
  })
})
