import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readHashedText } from './read-text.ts'

test('readHashedText gives the text and the hash of the very bytes that it was made of, their mark included', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'read-text-'))
  try {
    const bytes = Buffer.from('\uFEFFä b\n')
    await writeFile(join(folder, 'list'), bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(await readHashedText(join(folder, 'list'))).toEqual({ text: 'ä b\n', sha256 })
  } finally {
    await rm(folder, { recursive: true })
  }
})
