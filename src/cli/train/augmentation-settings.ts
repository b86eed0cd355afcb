import { z } from 'zod'
import type { Augmentation } from '../../image/index.ts'

const share = z.number().min(0).max(1)
/** Shares below 1: of what would be nothing. */
const part = z.number().min(0).max(0.9)
const probability = share

/** How images are changed at random: settings of `steradian train`. */
export const augmentationSettings = {
  rotation: z.number().min(0).max(180).describe('augmentation: turn images by up to so many degrees'),
  zoom: part.describe('augmentation: enlarge or shrink by up to this share'),
  shift: part.describe('augmentation: move by up to this share of width and height'),
  crop: part.describe('augmentation: cut off up to this share of width and height, enlarge the rest'),
  brightness: share.describe('augmentation: change by up to this share'),
  contrast: share.describe('augmentation: change by up to this share'),
  saturation: share.describe('augmentation: change by up to this share'),
  colour: share.describe('augmentation: change red, green and blue each by up to this share'),
  grey: probability.describe('augmentation: probability of losing all colour'),
  blur: probability.describe('augmentation: probability of a blur'),
  blurSigma: z
    .number()
    .positive()
    .max(20)
    .describe('blur: largest standard deviation, in pixels of an image 112 high'),
  lowResolution: probability.describe('augmentation: probability of a lower resolution'),
  lowResolutionScale: z.number().min(0.01).max(1).describe('lowResolution: the least, as a share'),
  occlusion: probability.describe('augmentation: probability that something covers a part'),
  occlusionArea: share.describe('occlusion: the largest share that is covered'),
  jpeg: probability.describe('augmentation: probability of JPEG'),
  jpegQuality: z.number().int().min(1).max(95).describe('jpeg: the least quality'),
} satisfies Record<keyof Augmentation, z.ZodType<number>>
