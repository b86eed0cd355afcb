import type { Identification, Verification, VerificationAmongDistractors } from '../evaluate/index.ts'
import type { FaceRow } from '../figures/index.ts'
import type { ReportMetric, ReportPair, Settings } from './report-input.ts'

/** What one loss gave. */
export interface LossReport {
  readonly name: string
  readonly result: Verification
  /** The scores of the verified pairs, [P], and which are genuine, as `lfw` gives them. */
  readonly scores: Float64Array
  readonly same: Uint8Array
  readonly identification: Identification
  readonly amongDistractors: VerificationAmongDistractors
  /** The same pairs by the names of their images, with what became of them. */
  readonly pairs: readonly ReportPair[]
  readonly lossCurve: readonly { readonly step: number; readonly loss: number }[]
  /** Other metrics at their steps, by name. */
  readonly metrics?: Readonly<Record<string, ReportMetric>>
  /** What this loss has of its own (scale, margin, the λ that A-Softmax reached, …). */
  readonly settings: Settings
  /** How long training took. */
  readonly seconds: number
}

/** A group of people and their images. */
export interface People {
  readonly people: number
  readonly images: number
}

/** All that the report of the main job says. */
export interface DemoReportInput {
  readonly losses: readonly LossReport[]
  /** Who was learnt from, who was verified and identified, and who stood as distractors. */
  readonly training: People
  readonly testing: People
  readonly distractors: People
  readonly faces: readonly FaceRow[]
  /** Height over width of a face. */
  readonly faceAspect?: number
  /** Pictures of the images in worst errors as data URIs, by their names. */
  readonly pictures?: ReadonlyMap<string, string>
  /** What all losses share (architecture, epochs, batch, …). */
  readonly settings: Settings
  readonly seed: number
  /** Versions by name (steradian, node, onnxruntime, …) and the machine, as they shall be read. */
  readonly versions: Readonly<Record<string, string>>
  /** How long everything took. */
  readonly seconds: number
}
