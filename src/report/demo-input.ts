import type { Identification, Verification, VerificationAmongDistractors } from '../evaluate/index.ts'
import type { FaceRow } from '../figures/index.ts'

/** Settings by name, as they shall be read. */
export type Settings = Readonly<Record<string, string | number | boolean>>

/** What one loss gave. */
export interface LossReport {
  readonly name: string
  readonly result: Verification
  /** The scores of the verified pairs, [P], and which are genuine, as `lfw` gives them. */
  readonly scores: Float64Array
  readonly same: Uint8Array
  readonly identification: Identification
  readonly amongDistractors: VerificationAmongDistractors
  readonly lossCurve: readonly { readonly step: number; readonly loss: number }[]
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
  /** What all losses share (architecture, epochs, batch, …). */
  readonly settings: Settings
  readonly seed: number
  /** Versions by name (steradian, node, onnxruntime, …) and the machine, as they shall be read. */
  readonly versions: Readonly<Record<string, string>>
  /** How long everything took. */
  readonly seconds: number
}
