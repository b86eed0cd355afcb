import { type Html, html, inlineSvg } from './page.ts'

export interface GridOptions {
  readonly caption?: Html
  /** What a screen reader calls the table's frame, which scrolls where the page is too narrow. */
  readonly label: string
  /** Whether the cells hold words, which begin at one line, rather than numbers, which end there. */
  readonly words?: boolean
  /** Whether each row has one cell more than the head: words about it, which go to a line of their own below it. */
  readonly notes?: boolean
  /** The rows that shall stand out. */
  readonly marked?: ReadonlySet<number>
}

/** A table whose first row and first column are heads, in a frame that scrolls sideways. */
export function grid(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { caption = html``, label, words = false, notes = false, marked = new Set() }: GridOptions,
): Html {
  // With many columns the first stays where it is while the others scroll.
  const kind = `${words ? 'words' : notes ? 'notes' : 'numbers'}${head.length > 4 ? ' wide' : ''}`
  return scroll(
    label,
    html`<table class="${kind}">
${caption.html === '' ? html`` : html`<caption><span>${caption}</span></caption>`}
<thead><tr>${head.map((text, k) => (k === 0 && text === '' ? html`<td></td>` : html`<th scope="col">${text}</th>`))}</tr></thead>
<tbody>
${rows.map(([name, ...cells], i) => {
  const note = notes ? cells[head.length - 1] : undefined
  const kinds = [
    ...((i === 0 && head[0] === '') || marked.has(i) ? ['first'] : []),
    ...(note ? ['noted'] : []),
  ].join(' ')
  return html`<tr${kinds === '' ? '' : html` class="${kinds}"`}><th scope="row">${breakable(name!.replace(', %', ',\u00a0%'))}</th>${cells.slice(0, head.length - 1).map(cell)}</tr>
${note ? html`<tr class="about"><td colspan="${head.length}"><span>${note}</span></td></tr>\n` : ''}`
})}</tbody>
</table>`,
  )
}

/** A text that may be broken after each of the folders of a path. */
export function breakable(text: string): Html {
  const parts = text.split('/')
  return html`${parts.map((part, i) => (i === parts.length - 1 ? html`${part}` : html`${part}/<wbr>`))}`
}

/** A frame that scrolls sideways, with the mouse and by keyboard. */
export function scroll(label: string, content: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`
}

/** A cell; an error or an interval after its value goes to a line of its own where both have no room. */
function cell(text: string): Html {
  const [, value, spread] = /^([\d.,]+) (± .*|\(.*\))$/.exec(text) ?? []
  return value === undefined ? html`<td>${text}</td>` : html`<td>${value} <span>${spread!}</span></td>`
}

/** A figure of `figures` with the line below it. */
export function figure(svg: string, caption: string): Html {
  return html`<figure>${inlineSvg(svg)}<figcaption>${caption}</figcaption></figure>`
}

/** A count with its thousands marked. */
export function count(n: number): string {
  return n.toLocaleString('en')
}

/** Names in a sentence: `a, b and c`. */
export function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** A small number as a word, to open a heading. */
export function inWords(n: number): string {
  return ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight'][n] ?? String(n)
}

/** A share as a percentage; a dash for what is not known. */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? (100 * share).toFixed(digits) : '–'
}

/** A word with what it counts: `1 pair`, `2,400 pairs`. */
export function counted(n: number, one: string, several = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : several}`
}

/** By how many pixels a figure must be higher for a legend of more than two rows. */
export function legendRows({ length }: readonly unknown[]): number {
  return 17 * Math.max(0, Math.ceil(length / 2) - 2)
}
