import { parseCsv } from '../../data/csv.ts'
import { readText } from '../../data/read-text.ts'
import { DataError } from '../../errors.ts'
import type { ReportGroups } from '../../report/index.ts'

/**
 * Reads labels of people or images: a CSV whose first column is a person (the folder of the images) or an image as lists
 * name it, and whose others are labels under their heads. An empty field is no label.
 * @throws DataError `file:line: …`
 */
export async function readGroups(file: string): Promise<ReportGroups> {
  const [head, ...rows] = parseCsv(await readText(file), file)
  if (!head || head.fields.length < 2)
    throw new DataError(
      `${file}:1: expected a person and a label or more, got ${head?.fields.length ?? 0} columns`,
    )
  const [, ...attributes] = head.fields.map((field) => field.trim())
  const twice = attributes.find((name, k) => name === '' || attributes.indexOf(name) !== k)
  if (twice !== undefined)
    throw new DataError(`${file}:1: expected a name of its own for each column, got ${JSON.stringify(twice)}`)
  const labels = new Map<string, readonly string[]>()
  for (const { line, fields } of rows) {
    const [name = '', ...values] = fields.map((field) => field.trim())
    if (values.length !== attributes.length)
      throw new DataError(`${file}:${line}: expected ${head.fields.length} fields, got ${fields.length}`)
    if (labels.has(name)) throw new DataError(`${file}:${line}: expected each name once, got ${name} again`)
    labels.set(name, values)
  }
  return {
    attributes,
    labelOf(image, attribute) {
      const of = labels.get(image) ?? labels.get(image.slice(0, Math.max(0, image.lastIndexOf('/'))))
      return of?.[attributes.indexOf(attribute)] || undefined
    },
  }
}
