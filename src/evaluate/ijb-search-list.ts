import { parseCsv } from '../data/csv.ts'
import { DataError, shown } from '../errors.ts'
import { type Bytes, linesOf, wholeId } from './ijb-lines.ts'

/** Templates and whose they are: a gallery, or the probes of 1:N. */
export interface SearchList {
  /** The row of each template, in the order in which the list first names it, int32 [L]. */
  readonly rows: Int32Array
  /** The person of each, [L]. */
  readonly people: readonly string[]
}

/**
 * Reads a gallery or probe list of 1:N: CSV with a header that has TEMPLATE_ID and SUBJECT_ID among its columns, wherever
 * they stand and however they are cased, and one line an image: a template comes as often as it has images. `rowOf` gives
 * the row of a template by its number.
 * @throws DataError `where:line: …` for a header without these columns, a line with another number of fields, a template
 * without a row, and one that is given to two people; `where: …` without templates
 */
export async function readIjbSearchList(
  chunks: Bytes,
  rowOf: ReadonlyMap<number, number>,
  { where = 'gallery.csv' } = {},
): Promise<SearchList> {
  const personOf = new Map<number, string>()
  let header: { fields: number; template: number; person: number } | undefined
  for await (const { first, lines } of linesOf(chunks, { where, longest: 16_384 })) {
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '') continue
      const at = `${where}:${first + i}`
      // A field of these files holds no line end, so a line is a record; most have no quotes and need no parser.
      const fields = line.includes('"') ? parseLine(line, at) : line.split(',')
      if (header === undefined) {
        header = columns(fields, at)
        continue
      }
      if (fields.length !== header.fields)
        throw new DataError(`${at}: expected ${header.fields} fields, got ${fields.length}`)
      const template = wholeId(fields[header.template]!.trim(), 'template', at)
      const person = fields[header.person]!.trim().replace(/^0+(?=\d+$)/, '')
      if (person === '') throw new DataError(`${at}: expected a SUBJECT_ID, got none`)
      const row = rowOf.get(template)
      if (row === undefined)
        throw new DataError(`${at}: expected a template of the list of templates, got ${template}`)
      const known = personOf.get(row)
      if (known !== undefined && known !== person)
        throw new DataError(
          `${at}: expected subject ${shown(known)} for template ${template} as before, got ${shown(person)}`,
        )
      personOf.set(row, person)
    }
  }
  if (personOf.size === 0) throw new DataError(`${where}: expected a header and templates, got none`)
  return { rows: Int32Array.from(personOf.keys()), people: [...personOf.values()] }
}

function parseLine(line: string, at: string): readonly string[] {
  try {
    return parseCsv(line, 'line')[0]?.fields ?? []
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new DataError(`${at}: ${error.message.replace(/^line:1: /, '')}`)
  }
}

function columns(
  fields: readonly string[],
  at: string,
): { fields: number; template: number; person: number } {
  const names = fields.map((field) => field.trim().toUpperCase())
  const [template, person] = ['TEMPLATE_ID', 'SUBJECT_ID'].map((name) => {
    const column = names.indexOf(name)
    if (column < 0)
      throw new DataError(`${at}: expected a header with the column ${name}, got ${shown(fields.join(','))}`)
    return column
  })
  return { fields: fields.length, template: template!, person: person! }
}
