import { trainingClass } from '../evaluate/index.ts'
import { type OwnNumber, ownResults } from './own-results.ts'
import { counted } from './parts.ts'
import { measureDigits, type PublishedMeasure, type PublishedTable, publishedTables } from './published.ts'
import type { ReportRun } from './report-input.ts'
import { lossName, networkOf } from './runs-section.ts'

/** A row of a table: published, or ours with its run. */
export interface ComparisonRow {
  readonly name: string
  /** The run whose number it is; undefined for what was published. */
  readonly run?: string
  /** In the order of the table's columns; null where there is no number. */
  readonly values: readonly (OwnNumber | null)[]
  /** Published: what it was made with. Ours: what it was made with, and in what that differs. */
  readonly made: string
}

/** A published table with our rows below. */
export interface Comparison extends Omit<PublishedTable, 'rows'> {
  readonly rows: readonly ComparisonRow[]
}

/** The numbers of a row as text, with as many decimals as were published; a dash where there is none. */
export function comparisonCells(
  { values }: ComparisonRow,
  { columns }: Pick<Comparison, 'columns'>,
): string[] {
  return values.map((number, k) => {
    if (number === null) return '–'
    const digits = measureDigits[columns[k]!]
    const value = number.value.toFixed(digits)
    return number.error === undefined ? value : `${value} ± ${number.error.toFixed(digits)}`
  })
}

/** The published tables, each with a row for every run that has a number to stand in it. Without runs, as they were published. */
export function comparisons(runs: readonly ReportRun[]): Comparison[] {
  return publishedTables.map(({ rows, ...table }) => ({
    ...table,
    rows: [
      ...rows.map(({ name, made = '', values }) => ({
        name,
        made,
        values: values.map((value) => (value === null ? null : { value, differs: [] })),
      })),
      ...runs.flatMap((run) => ownRow(run, table)),
    ],
  }))
}

function ownRow(run: ReportRun, table: Omit<PublishedTable, 'rows'>): ComparisonRow[] {
  const { losses, columns, challenge, trainingClass: wanted } = table
  if (losses && !losses.includes(lossKey(run))) return []
  const { images } = run.data
  // How large a training set is decides the table; where it is not known there is no row.
  if (
    wanted &&
    (images === undefined || trainingClass(images) !== wanted || (images >= 500_000 && images < 1_000_000))
  )
    return []
  const own = ownResults(run)
  const values = columns.map((measure) => {
    const number = own[measure]
    return number && isOf(measure, number, challenge) ? number : null
  })
  if (values.every((value) => value === null)) return []
  return [{ name: `ours: ${run.name}`, run: run.name, values, made: madeOf(run, table, values) }]
}

const lossKey = ({ settings: { loss } }: ReportRun): string => String(loss).toLowerCase()

function isOf(measure: PublishedMeasure, number: OwnNumber, challenge: 1 | 2 | undefined): boolean {
  return measure === 'lfw' || measure === 'ytf' || number.challenge === challenge
}

/** What a run of ours was made with, and what of the table's conditions it does not share. */
function madeOf(
  run: ReportRun,
  { id, columns }: Omit<PublishedTable, 'rows'>,
  values: readonly (OwnNumber | null)[],
): string {
  const { data, settings, state } = run
  const size =
    data.images === undefined || data.people === undefined
      ? 'images not counted'
      : `${counted(data.images, 'image')} of ${counted(data.people, 'person', 'people')}`
  const isSharedNetwork =
    settings.architecture === 'sfnet64' &&
    settings.width === 1 &&
    settings.dimensions === 512 &&
    settings.input === '112x96'
  const differs = [
    ...(['casia', 'a-softmax'].includes(id)
      ? [...otherData(data), ...(isSharedNetwork ? [] : ['another network'])]
      : ['another network and other data']),
    ...(id === 'challenge-2' && data.people !== 672_057 ? ['not the given training set'] : []),
    ...(state === 'finished' ? [] : [state]),
    ...new Set(
      values.flatMap((number, k) =>
        (number?.differs ?? []).map((line) => `${shortNames[columns[k]!]}: ${line}`),
      ),
    ),
  ]
  return `${lossName(run)}, ${networkOf(run)}; ${data.name}, ${size}${differs.length > 0 ? `; differs: ${differs.join('; ')}` : ''}`
}

/** CASIA-WebFace has 10,575 people, of whom lists leave out up to 59 who are in LFW too. */
function otherData({ name, people }: ReportRun['data']): string[] {
  if (!/casia/i.test(name)) return ['other data']
  if (people === undefined) return ['how many people of CASIA-WebFace is not known']
  return people >= 10_575 - 59 && people <= 10_575 ? [] : ['not all of CASIA-WebFace']
}

const shortNames: Readonly<Record<PublishedMeasure, string>> = {
  lfw: 'LFW',
  ytf: 'YTF',
  rank1: 'MegaFace',
  tar: 'MegaFace',
}
