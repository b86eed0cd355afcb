export {
  type AngleHistogramFigureOptions,
  type AngleSample,
  angleHistogramFigure,
  binShares,
} from './angle-histogram-figure.ts'
export { type CmcCurve, cmcFigure } from './cmc-figure.ts'
export { genuineStyle, impostorStyle, type LineStyle, lineStyle } from './colours.ts'
export { type DetCurve, type DetFigureOptions, detFigure } from './det-figure.ts'
export { escapeText } from './escape.ts'
export type { FigureOptions } from './figure-options.ts'
export { type FoldAccuracy, foldAccuracyFigure } from './fold-accuracy-figure.ts'
export { decadeBelow } from './log-axis.ts'
export { type LossCurve, type LossCurvesFigureOptions, lossCurvesFigure } from './loss-curves-figure.ts'
export { type RocCurve, type RocFigureOptions, rocFigure } from './roc-figure.ts'
export { type FaceRow, type SampleFacesFigureOptions, sampleFacesFigure } from './sample-faces-figure.ts'
export {
  type BinnedScores,
  type ScoreBins,
  type ScoreHistogramFigureOptions,
  type ScoreSample,
  scoreBins,
  scoreBinsFigure,
  scoreHistogramFigure,
} from './score-histogram-figure.ts'
export { type Palette, paletteStyle, standalone } from './standalone.ts'
