/**
 * Lays rows out as a text table: the first row is the head, a rule under it. The first column is aligned left, the others
 * right. Rows may be of unequal length; missing cells stay empty. Widths count Unicode code points.
 */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const width = (text: string) => [...text].length
  const widths = Array.from({ length: columns }, (_, k) =>
    Math.max(0, ...rows.map((row) => width(row[k] ?? ''))),
  )
  const line = (row: readonly string[]) =>
    widths
      .map((w, k) => {
        const cell = row[k] ?? ''
        const space = ' '.repeat(w - width(cell))
        return k === 0 ? cell + space : space + cell
      })
      .join('  ')
      .trimEnd()
  const [head, ...body] = rows.map(line)
  if (head === undefined) return ''
  return [head, widths.map((w) => '─'.repeat(w)).join('──'), ...body].map((text) => `${text}\n`).join('')
}
