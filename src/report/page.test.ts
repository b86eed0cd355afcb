import { expect, test } from 'vitest'
import { html, inlineSvg, page, raw } from './page.ts'

test('html escapes what is put in, in content and in attributes', () => {
  const name = `<script>alert("1 & 2")</script>'`
  expect(html`<p title="${name}">${name}</p>`.html).toBe(
    '<p title="&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;&#39;">&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;&#39;</p>',
  )
})

test('html takes parts that are HTML already, and joins lists of them', () => {
  expect(html`<ul>${['a', '<'].map((text) => html`<li>${text}</li>`)}${raw('<hr>')}${7}</ul>`.html).toBe(
    '<ul><li>a</li><li>&lt;</li><hr>7</ul>',
  )
})

test('inlineSvg(svg) drops the name space, which HTML does not need', () => {
  expect(inlineSvg('<svg xmlns="http://www.w3.org/2000/svg" role="img"></svg>').html).toBe(
    '<svg role="img"></svg>',
  )
})

test('page(parts) forbids every request by its policy and escapes its title', () => {
  const text = page({ title: 'a < b', style: 'p { color: red }', body: html`<p>x</p>` })
  expect(text).toMatch(/^<!doctype html>\n<html lang="en">/)
  expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`)
  expect(text).toContain('<title>a &lt; b</title>')
})
