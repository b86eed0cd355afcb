export {
  type AngleHistogramFigureOptions,
  type AngleSample,
  angleHistogramFigure,
  binShares,
} from './angle-histogram-figure.ts'
export { genuineStyle, impostorStyle, type LineStyle, lineStyle } from './colours.ts'
export { escapeText } from './escape.ts'
export type { FigureOptions } from './figure-options.ts'
export { type FoldAccuracy, foldAccuracyFigure } from './fold-accuracy-figure.ts'
export { type LossCurve, type LossCurvesFigureOptions, lossCurvesFigure } from './loss-curves-figure.ts'
export { type RocCurve, type RocFigureOptions, rocFigure } from './roc-figure.ts'
export { type FaceRow, type SampleFacesFigureOptions, sampleFacesFigure } from './sample-faces-figure.ts'
