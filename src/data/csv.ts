import { DataError } from '../errors.ts'

/** A record of a CSV file and the line that it begins on, from 1. */
export interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[]
}

/**
 * Splits CSV into records (RFC 4180: fields by comma; a field in double quotes may hold commas, line ends and doubled
 * quotes). Blank lines are skipped; fields keep their spaces. `file` names the text in errors.
 * @throws DataError `file:line: …` for a quote that is not closed or that text follows.
 */
export function parseCsv(text: string, file: string): CsvRecord[] {
  const records: CsvRecord[] = []
  const end = text.length
  let line = 1
  let at = 0
  while (at < end) {
    const begun = line
    const fields: string[] = []
    for (;;) {
      let field: string
      if (text[at] === '"') {
        field = ''
        for (;;) {
          const close = text.indexOf('"', at + 1)
          if (close < 0)
            throw new DataError(`${file}:${begun}: expected a closing quote, got the end of the file`)
          const part = text.slice(at + 1, close)
          line += part.split('\n').length - 1
          field += part
          at = close + 1
          if (text[at] !== '"') break
          field += '"'
        }
        if (at < end && !',\r\n'.includes(text[at]!)) {
          throw new DataError(`${file}:${line}: expected a comma after the closing quote, got "${text[at]}"`)
        }
      } else {
        let stop = at
        while (stop < end && !',\r\n'.includes(text[stop]!)) stop++
        field = text.slice(at, stop)
        at = stop
      }
      fields.push(field)
      if (text[at] !== ',') break
      at++
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    line++
    if (fields.length > 1 || fields[0]!.trim() !== '') records.push({ line: begun, fields })
  }
  return records
}
