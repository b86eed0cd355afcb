import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import {
  formatCmcFile,
  formatMatchesFile,
  parseCmcFile,
  parseMatchesFile,
  resultFileName,
} from './megaface-result-file.ts'
import { formatReal, officialJson, real } from './official-json.ts'

const reference = new URL('../../../shared/protocols/megaface/reference/', import.meta.url)

describe('formatReal(value) writes numbers as C does by %#.16g, with one zero of those at the end', () => {
  it.each([
    [0, '0.0'],
    [1, '1.0'],
    [-2.5, '-2.50'],
    [0.5, '0.50'],
    [1000079, '1000079.0'],
    [Math.fround(1e-8), '9.999999939225290e-09'],
    [Math.fround(83e-7), '8.300000445160549e-06'],
    [Math.fround(150979 / 153634), '0.9827186465263367'],
    [Math.fround(70330 / 76817), '0.915552556514740'],
    [0.0001, '0.00010'],
    [1e16, '1.000000000000000e+16'],
    [1e-10, '1.000000000000000e-10'],
    [123456789012345680, '1.234567890123457e+17'],
  ])('%d', (value, text) => expect(formatReal(value)).toBe(text))

  it('rounds an exact half to the even digit', () => {
    // 1 + k/2^17 has 17 digits after the point; of odd k the last is 5.
    expect(formatReal(0.5 + 2 ** -17)).toBe('0.5000076293945312')
    expect(formatReal(0.5 + 3 * 2 ** -17)).toBe('0.5000228881835938')
  })

  it('carries a rounding through nines', () => {
    // The float64 nearest to 1e-7 is 9.9999999999999995…e-8.
    expect(formatReal(1e-7)).toBe('1.000000000000000e-07')
  })
})

describe('officialJson(value)', () => {
  it('keeps short lists on a line and gives long and nested ones lines of their own', () => {
    expect(officialJson({ b: [1, 2], a: [[real(0.5)], []] })).toBe(
      '\n{\n\t"a" : \n\t[\n\t\t[ 0.50 ],\n\t\t[]\n\t],\n\t"b" : [ 1, 2 ]\n}\n',
    )
    const long = Array.from({ length: 25 }, () => 1)
    expect(officialJson([long])).toBe(`\n[\n\t\n\t[\n${'\t\t1,\n'.repeat(24)}\t\t1\n\t]\n]\n`)
    const line = [100000, 100000, 100000, 100000, 100000, 100000, 100000, 100000, 1000000]
    expect(officialJson([line])).toContain('\t[\n')
    expect(officialJson([line.slice(1)])).toContain('[ 100000,')
  })
})

describe('result files', () => {
  it('are named as the official ones', () => {
    const name = { probe: 'facescrub', distractors: 'megaface', algorithm: 'net', size: 1000, set: 2 }
    expect(resultFileName('cmc', name)).toBe('cmc_facescrub_megaface_net_1000_2.json')
    expect(resultFileName('matches', name)).toBe('matches_facescrub_megaface_net_1000_2.json')
  })

  it('give back what was written, shares and scores as float32', () => {
    const cmc = {
      cmc: { rank: [0, 7, 100], recall: [0.5, 0.75, 1] },
      roc: { far: [0, 1], tar: [0.25, 1] },
      traditionalCmc: { rank: [3, 102], recall: [0.5, 1] },
    }
    expect(parseCmcFile(formatCmcFile(cmc))).toEqual(cmc)
    const matches = [
      { distractors: { idx: [4, 2], score: [-0.5, -1.25] }, probes: { idx: [1], rank: [0] } },
      { distractors: { idx: [], score: [] }, probes: { idx: [], rank: [] } },
    ]
    expect(parseMatchesFile(formatMatchesFile(matches))).toEqual(matches)
    expect(formatMatchesFile(matches.slice(0, 1))).toBe(
      '\n[\n\t\n\t{\n\t\t"distractors" : \n\t\t{\n\t\t\t"idx" : [ 4, 2 ],\n\t\t\t"score" : [ -0.50, -1.250 ]\n\t\t},\n' +
        '\t\t"probes" : \n\t\t{\n\t\t\t"idx" : [ 1 ],\n\t\t\t"rank" : [ 0 ]\n\t\t}\n\t}\n]\n',
    )
  })

  it('are refused in one line when something in them is wrong', () => {
    const wrong = (text: string) => () => parseCmcFile(text, { name: 'cmc.json' })
    const [cmc, roc] = ['"cmc":[[0],[1]]', '"roc":[[0],[1]]']
    expect(wrong('{')).toThrow(/^cmc\.json: no JSON, /)
    expect(wrong('[]')).toThrow('cmc.json: expected "roc", two lists of numbers')
    expect(wrong(`{${roc},"cmc":[[0,1],[1]]}`)).toThrow(
      'cmc.json: expected as many numbers in both lists of "cmc", got 2 and 1',
    )
    expect(wrong(`{${roc},"cmc":[[0.5],[1]]}`)).toThrow(
      'cmc.json: expected whole numbers from 0 in cmc, got 0.5',
    )
    expect(wrong(`{${roc},"cmc":[[0],[2]]}`)).toThrow('cmc.json: expected shares in "cmc", got 2')
    expect(wrong('{"roc":[[-1],[1]]}')).toThrow('cmc.json: expected shares in "roc", got -1')
    expect(wrong(`{${roc},${cmc}}`)).toThrow('cmc.json: expected "traditional_cmc", two lists of numbers')
    expect(() => parseMatchesFile('{}')).toThrow('matches: expected a list with an entry for each probe')
    expect(() => parseMatchesFile('[null]')).toThrow(DataError)
  })
})

describe.skipIf(!existsSync(reference))('result files of the official tool (needs ../shared)', () => {
  it.each([
    'cmc_facescrub_megaface_buffalo_l_1000000_1.json',
    'cmc_facescrub_megaface_buffalo_l_100000_1.json',
  ])('%s is read, and written again byte by byte', (file) => {
    const text = readFileSync(new URL(file, reference), 'utf8')
    expect(formatCmcFile(parseCmcFile(text, { name: file }))).toBe(text)
  })

  it('hold shares of FaceScrub’s 153,634 ordered and 76,817 unordered pairs, as ours do', () => {
    const file = 'cmc_facescrub_megaface_buffalo_l_1000000_1.json'
    const { cmc, roc } = parseCmcFile(readFileSync(new URL(file, reference), 'utf8'))
    expect(Math.fround(150979 / 153634)).toBe(cmc.recall[0])
    expect(Math.fround(59822 / 76817)).toBe(roc.tar[0])
    expect(Math.fround(7 / 1e8)).toBe(roc.far[5])
  })
})
