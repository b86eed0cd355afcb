import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DataError } from '../../errors.ts'
import { type ListFile, listFile } from './list-file.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'list-file-'))
})
afterAll(() => rm(base, { recursive: true }))

async function text(list: ListFile): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of list.bytes()) pieces.push(Uint8Array.from(piece))
  return Buffer.concat(pieces).toString()
}
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex')

test('listFile(path) gives the hash of the bytes that were read, whatever becomes of the file', async () => {
  const path = join(base, 'list')
  await writeFile(path, 'a 1\nb 2\n')
  const list = listFile(path)
  expect(await text(list)).toBe('a 1\nb 2\n')
  await writeFile(path, 'c 3\n')
  expect(list.facts()).toEqual({ file: path, sha256: sha256('a 1\nb 2\n') })
})

test('refuses another pass over a file that changed, and a hash before it was read', async () => {
  const path = join(base, 'changing')
  await writeFile(path, 'a 1\n')
  const list = listFile(path)
  expect(() => list.facts()).toThrow(new DataError(`${path}: expected to be read to its end, was not`))
  await text(list)
  expect(await text(list)).toBe('a 1\n')
  await writeFile(path, 'a 2\n')
  await expect(text(list)).rejects.toThrow(
    new DataError(`${path}: expected the file as it was read before, got another: it changed meanwhile`),
  )
  await expect(text(listFile(join(base, 'none')))).rejects.toThrow('none: no such file or folder')
})
