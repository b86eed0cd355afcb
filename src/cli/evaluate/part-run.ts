import { z } from 'zod'
import { DataError, shown } from '../../errors.ts'
import type { Json, JsonObject, NamedPart } from '../../evaluate/index.ts'

/** Pieces of the schemas of what `--shard` writes as `run`. Keys come back in the order of a schema, which is that of the writer. */
export const count = z.int().min(0)
export const json = z.custom<Json>((value) => value !== undefined)
export const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object',
)
export const missingItems = z.array(z.object({ name: z.string(), reason: z.string() }))

/** What a part says of its run, as its protocol writes it. @throws DataError naming the file, the place and the value */
export function readPartRun<Run>({ name, part: { run } }: NamedPart, schema: z.ZodType<Run>): Run {
  const { data, error } = schema.safeParse(run)
  const [issue] = error?.issues ?? []
  if (!issue) return data as Run
  const value = issue.path.reduce(
    (inner: unknown, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    run,
  )
  throw new DataError(
    `${name}: expected run.${issue.path.map(String).join('.')} as --shard writes it, got ${shown(JSON.stringify(value))}`,
  )
}
