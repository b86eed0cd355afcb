import type { FaceRow, ScoreBins } from '../figures/index.ts'

/** Settings by name, as they shall be read. */
export type Settings = Readonly<Record<string, string | number | boolean>>

/** A curve of an evaluation, as the CSV files of its folder hold it. */
export interface ReportCurve {
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/** Scores counted in bins, and which of them where that is not all. */
export interface ReportScores extends ScoreBins {
  readonly note?: string
}

/** A judged pair of a verification. */
export interface ReportPair {
  readonly left: string
  readonly right: string
  readonly same: boolean
  /** Higher for more alike. */
  readonly score: number
  readonly threshold: number
  readonly accepted: boolean
}

/** What one evaluation of a run left. */
export interface ReportEvaluation {
  /** `lfw`, `pairs`, `megaface`, … */
  readonly protocol: string
  /** What tells it apart from others of its run: its folder. */
  readonly name: string
  /** Its `result.json`. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly roc?: readonly ReportCurve[]
  readonly det?: readonly ReportCurve[]
  readonly detLabels?: { readonly x: string; readonly y: string }
  readonly cmc?: readonly ReportCurve[]
  /** Scores of pairs. */
  readonly scores?: ReportScores
  /** Scores of searches: of mates, and of the best candidate where there is none. */
  readonly searchScores?: ReportScores
  readonly pairs?: readonly ReportPair[]
  /** What must be known of its numbers: that it is incomplete, or of another model. */
  readonly notices: readonly string[]
}

/** The values of one metric at its steps, rising in step. */
export interface ReportMetric {
  readonly steps: ArrayLike<number>
  readonly values: ArrayLike<number>
}

/** A training run and its evaluations. */
export interface ReportRun {
  readonly name: string
  /** What it was trained on; counts are known of a finished run alone. */
  readonly data: {
    readonly name: string
    readonly people?: number
    readonly images?: number
    readonly hash?: string
  }
  /** All settings of the run but those of its loss. */
  readonly settings: Settings
  readonly lossOptions: Settings
  /** How far it came: `finished`, `stopped at step 400`. */
  readonly state: string
  readonly steps?: number
  /** How long it took, where that is known. */
  readonly seconds?: number
  /** By name: loss, accuracy, cosine, rate, lambda. */
  readonly metrics: Readonly<Record<string, ReportMetric>>
  readonly versions: Readonly<Record<string, string>>
  readonly model?: { readonly sha256: string; readonly bytes: number }
  readonly evaluations: readonly ReportEvaluation[]
}

/** Labels of people or images, by which error rates are told apart. */
export interface ReportGroups {
  /** The columns of the label file. */
  readonly attributes: readonly string[]
  /** The label of an image under an attribute; undefined where it has none. */
  labelOf(image: string, attribute: string): string | undefined
}

/** What the makers say of a model, in their own words; what they do not say the card says is not stated. */
export interface CardTexts {
  readonly intendedUse?: string
  readonly notFor?: string
  readonly data?: string
  readonly limits?: string
  readonly contact?: string
}

/** All that a report says. */
export interface ReportInput {
  readonly runs: readonly ReportRun[]
  /** In place of a heading and a lead made from the runs. */
  readonly title?: string
  readonly lead?: string
  readonly card?: CardTexts
  readonly groups?: ReportGroups
  /** Pictures of the images in worst errors as data URIs; names alone where left out. */
  readonly pictures?: ReadonlyMap<string, string>
  /** Examples of what was learnt from. */
  readonly faces?: readonly FaceRow[]
  /** Height over width of an example. */
  readonly faceAspect?: number
  /** What wrote this report, and on what. */
  readonly versions: Readonly<Record<string, string>>
  /** How long everything took, where that is one piece of work. */
  readonly seconds?: number
}
