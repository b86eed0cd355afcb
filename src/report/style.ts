import { paletteStyle } from '../figures/index.ts'

/** The style of a report: light and dark by the reader's setting, one column on a phone, light on paper. */
export const style = `
:root {
  color-scheme: light dark; ${paletteStyle('light')};
  --paper: #fdfdfb; --sheet: #ffffff; --faint: #5b636d; --rule: #dfe2e0; --accent: #0b5a86;
}
@media (prefers-color-scheme: dark) {
  :root {
    ${paletteStyle('dark')};
    --paper: #14171b; --sheet: #1b1f24; --faint: #a1a9b2; --rule: #343a41; --accent: #7cc4f2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 62rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
}
h1 { margin: 0 0 .75rem; font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.15; letter-spacing: -.015em; text-wrap: balance; }
h3 { margin: 2rem 0 .5rem; font-size: 1.05rem; }
h4 { margin: 1rem 0 .25rem; font-size: .9375rem; }
h2 { margin: 3rem 0 .5rem; font-size: 1.25rem; line-height: 1.3; }
p { margin: 0 0 1rem; max-width: 44rem; }
.lead { font-size: 1.075rem; }
.note, figcaption, caption { color: var(--faint); font-size: .875rem; line-height: 1.5; }
.warning { padding: .5rem .8rem; border-left: .25rem solid var(--impostor); background: var(--sheet); }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1.25rem 0 0; padding: 0; list-style: none; font-size: .9375rem; }
nav a { display: inline-block; padding: .2rem 0; }
dl { margin: 1rem 0; }
dt { font-weight: 650; margin-top: 1rem; }
dd { margin: .15rem 0 0; max-width: 44rem; overflow-wrap: anywhere; }
dd p { margin: 0 0 .4rem; }
dd ul { margin: 0; padding-left: 1.2rem; }
.pairs { margin: 0; padding: 0; list-style: none; }
.pairs li { display: flex; gap: .35rem; align-items: center; padding: .35rem 0; border-bottom: 1px solid var(--rule); font-size: .8125rem; }
.pairs li > span:last-child { padding-left: .4rem; overflow-wrap: anywhere; }
.pairs img, .no-picture { flex: none; width: 72px; height: 84px; object-fit: cover; border-radius: .25rem; background: var(--rule); }
.no-picture { display: grid; place-items: center; color: var(--ink); font-size: .75rem; }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); margin: 1rem 0; }
figure {
  margin: 0; padding: 1rem; min-width: 0; break-inside: avoid;
  background: var(--sheet); border: 1px solid var(--rule); border-radius: .5rem;
}
figure svg { display: block; width: 100%; height: auto; overflow: visible; }
figcaption { margin-top: .75rem; }
.tables { gap: 0 2.5rem; align-items: start; }
.tables > * { min-width: 0; }
#errors tbody th { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9375rem; min-width: 100%; }
caption { caption-side: bottom; text-align: left; padding-top: .6rem; }
caption span { display: block; position: sticky; left: 0; max-width: calc(100vw - 2rem); }
.words tbody th { white-space: nowrap; }
.wide.words td { min-width: 5.5rem; }
.wide tbody th { position: sticky; left: 0; background: var(--paper); }
th, td { padding: .4rem .55rem; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: baseline; }
th { font-weight: 600; }
tbody th { font-weight: 400; text-align: left; color: var(--faint); }
table.words th, table.words td, .about td { text-align: left; }
.noted th, .noted td { border-bottom: 0; padding-bottom: 0; }
.about td { padding-top: .1rem; font-size: .8125rem; color: var(--faint); }
.about td span { display: block; position: sticky; left: 0; max-width: min(44rem, calc(100vw - 2rem)); white-space: normal; }
details { margin: 1rem 0; }
summary { color: var(--accent); cursor: pointer; }
thead th { border-bottom: 2px solid var(--ink); }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
th:last-child, td:last-child { padding-right: 0; }
tr.first td { font-weight: 650; }
td span { display: inline-block; white-space: nowrap; font-weight: 400; }
thead th { white-space: nowrap; }
tr.first th { color: inherit; font-weight: 650; }
@media (max-width: 30rem) {
  body { padding-top: 1.25rem; }
  figure { padding: .75rem .6rem; }
  table { font-size: .8125rem; }
  th, td { padding-left: .3rem; padding-right: .3rem; }
  td span { display: block; }
  .notes thead th { white-space: normal; vertical-align: bottom; }
  .pairs img, .no-picture { width: 54px; height: 63px; }
}
@media print {
  :root {
    font-size: 10pt;
    color-scheme: light; ${paletteStyle('light')};
    --paper: #fff; --sheet: #fff; --ink: #000; --faint: #444; --rule: #ccc;
  }
  nav { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  caption span { max-width: none; }
  .wide.words td { min-width: 0; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { color: inherit; }
  .words tbody th { white-space: normal; }
  th, td, thead th { white-space: normal; }
  .wide.numbers td, .numbers tbody th, .wide.numbers thead th { overflow-wrap: anywhere; }
  body { max-width: none; padding: 0; }
  .figures { grid-template-columns: 1fr 1fr; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  table, figure { break-inside: avoid; }
}
`
