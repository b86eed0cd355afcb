import { describe, expect, it } from 'vitest'
import { pieces } from '../../test/evaluate/ijb-lists.ts'
import { readIjbSearchList } from './ijb-search-list.ts'

const rowOf = new Map([
  [7, 0],
  [20, 1],
  [3, 2],
])
const read = (text: string) => readIjbSearchList(pieces(text, 7), rowOf, { where: 'g.csv' })

describe('readIjbSearchList(chunks, rowOf)', () => {
  it('finds TEMPLATE_ID and SUBJECT_ID by name and takes each template once', async () => {
    const found = await read(
      'FILENAME,subject_id,"TEMPLATE_ID"\r\n"img/1,2.jpg",11,20\r\nimg/3.jpg,011,20\r\n\r\nimg/4.jpg,12,7\r\n',
    )
    expect([...found.rows]).toEqual([1, 0])
    expect(found.people).toEqual(['11', '12'])
  })

  it('takes people whose names are no numbers', async () => {
    expect((await read('TEMPLATE_ID,SUBJECT_ID\n7, S_01 \n')).people).toEqual(['S_01'])
  })

  it('names the line of what is wrong', async () => {
    const head = 'TEMPLATE_ID,SUBJECT_ID,FILENAME\n'
    const error = (text: string) => read(text).catch((thrown: Error) => thrown.message)
    expect(await error('TEMPLATE,SUBJECT_ID\n')).toBe(
      'g.csv:1: expected a header with the column TEMPLATE_ID, got TEMPLATE,SUBJECT_ID',
    )
    expect(await error('TEMPLATE_ID\n7\n')).toContain('g.csv:1: expected a header with the column SUBJECT_ID')
    expect(await error(`${head}7,1\n`)).toBe('g.csv:2: expected 3 fields, got 2')
    expect(await error(`${head}x,1,a\n`)).toBe('g.csv:2: expected the number of a template, got x')
    expect(await error(`${head}7,,a\n`)).toBe('g.csv:2: expected a SUBJECT_ID, got none')
    expect(await error(`${head}8,1,a\n`)).toBe('g.csv:2: expected a template of the list of templates, got 8')
    expect(await error(`${head}7,1,a\n7,2,b\n`)).toBe(
      'g.csv:3: expected subject 1 for template 7 as before, got 2',
    )
    expect(await error(`${head}7,1,"a\n`)).toBe('g.csv:2: expected a closing quote, got the end of the file')
    expect(await error(head)).toBe('g.csv: expected a header and templates, got none')
    expect(await error('')).toBe('g.csv: expected a header and templates, got none')
  })
})
