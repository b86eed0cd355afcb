export {
  type AngleHistogramFigureOptions,
  type AngleSample,
  angleHistogramFigure,
  binShares,
} from './angle-histogram-figure.ts'
export { type AnglePairs, anglesFigure } from './angles-figure.ts'
export { boundariesFigure, type LossBoundaries, type MarginWidths } from './boundaries-figure.ts'
export { type BoundCurve, type BoundsCurves, boundsFigure } from './bounds-figure.ts'
export { type CircleClass, type CirclePanelOptions, circlePanel } from './circle-panel.ts'
export { type CmcCurve, cmcFigure } from './cmc-figure.ts'
export { genuineStyle, impostorStyle, type LineStyle, lineStyle } from './colours.ts'
export { type DetCurve, type DetFigureOptions, detFigure } from './det-figure.ts'
export { type EmbeddingMap, embeddingMapFigure } from './embedding-map-figure.ts'
export { escapeText } from './escape.ts'
export type { FigureOptions } from './figure-options.ts'
export { type FoldAccuracy, foldAccuracyFigure } from './fold-accuracy-figure.ts'
export { geometryFigure, type MarginGeometry } from './geometry-figure.ts'
export { type GradientCurves, gradientsFigure } from './gradients-figure.ts'
export { type ChartLine, type ChartPoint, type LineChartOptions, lineChart } from './line-chart.ts'
export { decadeBelow } from './log-axis.ts'
export { type LossCurve, type LossCurvesFigureOptions, lossCurvesFigure } from './loss-curves-figure.ts'
export { type MegafaceSearch, megafaceFigure } from './megaface-figure.ts'
export { type NormSample, type NormsPanel, normSample, normsFigure } from './norms-figure.ts'
export { type PanelsOptions, panels } from './panels.ts'
export { type PipelinePath, type PipelineStage, pipelineFigure } from './pipeline-figure.ts'
export { type AngleCurve, type PsiCurves, psiFigure } from './psi-figure.ts'
export { type MapClass, type RegionMapOptions, regionMap } from './region-map.ts'
export { type Plane, type PlaneBoundaries, regionPanel } from './region-panel.ts'
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
export { type GroupedLine, type SmallMultiplesOptions, smallMultiples } from './small-multiples.ts'
export { type SphereFigureOptions, type SpherePanel, sphereFigure } from './sphere-figure.ts'
export { turningFigure } from './sphere-script.ts'
export { type Palette, paletteStyle, standalone } from './standalone.ts'
export { targetLogitsFigure } from './target-logits-figure.ts'
export { type WorstPair, type WorstPairs, worstPairsFigure } from './worst-pairs-figure.ts'
