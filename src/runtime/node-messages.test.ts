import { MessageChannel, Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { closedMessage, lineOver, lineTo } from './node-messages.ts'

/** A thread that has one end of a channel, and answers what it is asked at either end: `say` by its words, else it fails. */
function thread() {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
    for (const port of [parentPort, workerData.port])
      port.on('message', ({ say, fail }) => {
        if (fail) throw new Error(fail)
        port.postMessage(say === undefined ? { error: 'nothing to say' } : { value: say })
      })`,
    { eval: true, workerData: { port: port1 }, transferList: [port1], execArgv: [] },
  )
  const [toWorker, toPort] = [lineTo(worker), lineOver(port2)]
  worker.on('error', toWorker.cut)
  return { worker, toWorker, toPort }
}

describe('a line to a thread', () => {
  it('gives answers in the order of the requests, and the errors that they are', async () => {
    const { worker, toWorker, toPort } = thread()
    const asked = [toPort.ask({ say: 1 }), toPort.ask({ say: 2 }), toWorker.ask({ say: 3 })]
    expect(await Promise.all(asked)).toEqual([1, 2, 3])
    await expect(toPort.ask({})).rejects.toThrow('nothing to say')
    await worker.terminate()
  })

  it('says why where the thread fails, and over a port that it is gone, to who waits and to who asks later', async () => {
    const { toWorker, toPort } = thread()
    const [atWorker, atPort] = [toWorker.ask({ fail: 'the real reason' }), toPort.ask({ say: 1 })]
    await expect(atWorker).rejects.toThrow('the real reason')
    await expect(toWorker.failed).rejects.toThrow('the real reason')
    await expect(toWorker.ask({ say: 1 })).rejects.toThrow('the real reason')
    await expect(toPort.failed).rejects.toThrow(closedMessage)
    await expect(toPort.ask({ say: 1 })).rejects.toThrow(closedMessage)
    await atPort.catch(() => {})
  })
})
