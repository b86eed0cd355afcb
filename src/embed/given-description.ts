import type { TemplateName } from '../image/align.ts'
import type { Flip } from './fuse.ts'

/** What a user says of a model that does not describe itself; all of it may be left out. */
export interface GivenDescription {
  /** HEIGHTxWIDTH in pixels. */
  readonly input?: string
  /** What is subtracted from a value 0 … 255: one for all channels or one each, in the network's order. */
  readonly mean?: readonly number[]
  /** What the difference is divided by, likewise. */
  readonly scale?: readonly number[]
  readonly channels?: 'rgb' | 'bgr'
  readonly layout?: 'nchw' | 'nhwc'
  /** What becomes of the features of an image and of its mirror image; a file that fuses them itself takes no other. */
  readonly flip?: Flip
  readonly alignment?: TemplateName
}
