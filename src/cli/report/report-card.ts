import { z } from 'zod'
import { readText } from '../../data/read-text.ts'
import { DataError } from '../../errors.ts'
import type { CardTexts } from '../../report/index.ts'

const text = z.string().min(1).optional()
const schema = z.strictObject({ intendedUse: text, notFor: text, data: text, limits: text, contact: text })

/** Reads what the makers of a model say of it: JSON with any of intendedUse, notFor, data, limits and contact. @throws DataError */
export async function readCard(file: string): Promise<CardTexts> {
  const written = await readText(file)
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch (error) {
    throw new DataError(`${file}: is no JSON, ${(error as Error).message.replaceAll('\n', ' ')}`)
  }
  const result = schema.safeParse(value)
  if (!result.success) {
    const [issue] = result.error.issues
    const at = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.')
    throw new DataError(
      `${file}: expected texts under ${Object.keys(schema.shape).join(', ')}, got something else at ${at || 'the top'}`,
    )
  }
  return Object.fromEntries(Object.entries(result.data).filter(([, words]) => words !== undefined))
}
