export { type Comparison, type ComparisonRow, comparisonCells, comparisons } from './comparison.ts'
export type { DemoReportInput, LossReport, People } from './demo-input.ts'
export { demoMeasures, type Measure } from './demo-measures.ts'
export { demoReport } from './demo-report.ts'
export { demoTable } from './demo-table.ts'
export { type EvaluationGroup, evaluationGroups, type NamedEvaluation } from './evaluation-groups.ts'
export { type GroupRates, groupRates, type Rate, rate } from './group-rates.ts'
export { type Judged, type JudgedPair, judgedPairs } from './judged-pairs.ts'
export { type Measure as EvaluationMeasure, measuresOf } from './measures.ts'
export { type OwnNumber, ownResults } from './own-results.ts'
export {
  measureDigits,
  measureNames,
  type PublishedMeasure,
  type PublishedRow,
  type PublishedTable,
  publishedTables,
} from './published.ts'
export { report } from './report.ts'
export type {
  CardTexts,
  ReportCurve,
  ReportEvaluation,
  ReportGroups,
  ReportInput,
  ReportMetric,
  ReportPair,
  ReportRun,
  ReportScores,
  Settings,
} from './report-input.ts'
export { table } from './table.ts'
export { type WorstErrors, worstErrors, worstImages } from './worst-errors.ts'
