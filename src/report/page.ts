import { escapeText } from '../figures/index.ts'

/** Text that is HTML already; made by `html` and `raw` alone, so that plain text cannot enter a page unescaped. */
export interface Html {
  readonly html: string
}

/** A template that escapes what is put in, unless it is `Html` already; lists are joined. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (Html | string | number | readonly Html[])[]
): Html {
  const put = (value: (typeof values)[number]): string => {
    if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value))
    return 'html' in value ? value.html : value.map((part) => part.html).join('')
  }
  return { html: strings.reduce((text, next, i) => text + put(values[i - 1]!) + next) }
}

/** Takes a text that is HTML or SVG already, for one that another part of the program wrote. */
export function raw(text: string): Html {
  return { html: text }
}

/**
 * An SVG of `figures` as part of a page, which needs no name space. The figure has a name and a description of its own; labels
 * within it would be read as more pictures.
 */
export function inlineSvg(svg: string): Html {
  return raw(svg.replace(' xmlns="http://www.w3.org/2000/svg"', '').replaceAll(/ aria-label="[^"]*"/g, ''))
}

/** A page that stands alone: no script, and by its policy no request to anywhere. */
export function page({ title, style, body }: { title: string; style: string; body: Html }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.html
}
