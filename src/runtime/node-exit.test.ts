import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { heavy, small } from '../../test/runtime/models.ts'

describe('a process', () => {
  const module = new URL('./node.ts', import.meta.url).href

  /** Runs a program with `session`, of the given model, in a process of its own; gives what it printed. */
  async function inProcess(model: Uint8Array, program: string): Promise<{ stdout: string; stderr: string }> {
    const path = join(tmpdir(), `steradian-process-${process.pid}-${model.length}.onnx`)
    await writeFile(path, model)
    const code = `import { createSession } from ${JSON.stringify(module)}
const session = await createSession(${JSON.stringify(path)}, { threads: 1 })
const zeros = (n) => ({ type: 'float32', shape: n === 2 ? [2] : [n, n], data: new Float32Array(n === 2 ? 2 : n * n) })
${program}`
    return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { timeout: 60_000 })
  }

  it('ends by itself, with code 0 and no complaint, once the session is closed', async () => {
    const { stdout, stderr } = await inProcess(
      small,
      `const { y } = await session.run({ x: zeros(2) })
console.log(...y.data)
await session.close()`,
    )
    expect({ stdout, stderr }).toEqual({ stdout: '1 1\n', stderr: '' })
  })

  it('ends just as well where it is closed during a run', async () => {
    const { stdout, stderr } = await inProcess(
      heavy(),
      `const run = session.run({ x: zeros(768), w: zeros(768) }).catch((error) => console.log(error.message))
setTimeout(() => session.close(), 20)
await run`,
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'the session is closed\n', stderr: '' })
  })

  it('ends with code 0 where process.exit is called during a run', async () => {
    const { stdout, stderr } = await inProcess(
      heavy(),
      `session.run({ x: zeros(768), w: zeros(768) })
setTimeout(() => { console.log('exit'); process.exit(0) }, 20)`,
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'exit\n', stderr: '' })
  })
})
