import { DataError, ShapeError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import type { IjbImages } from './ijb-images.ts'

/** What is needed of the images to pool them. */
export type PooledImages = Pick<IjbImages, 'names' | 'templateOf' | 'mediaOf' | 'templateIds'>

/**
 * The images template by template, and in each medium by medium (by rising number), else in the order of the list: the order
 * in which `templatePool` takes them. int32 [N]
 */
export function templateOrder({
  templateOf,
  mediaOf,
}: Pick<PooledImages, 'templateOf' | 'mediaOf'>): Int32Array {
  return Int32Array.from(templateOf.keys()).sort(
    (a, b) => templateOf[a]! - templateOf[b]! || mediaOf[a]! - mediaOf[b]! || a - b,
  )
}

/** How image features become one of a template. */
export interface PoolOptions {
  /** A factor for each image's feature, say the detector's score, [N]. */
  readonly weights?: Float64Array
  /** Each image's feature is divided by its length first, so that its length has no say. */
  readonly unit?: boolean
}

/** The features of templates. */
export interface Templates {
  /** Rows of length 1, float64 [T, D]; zeros for a template without images. */
  readonly features: Matrix
  /** 1 for each template of which every image is missing, [T]. */
  readonly missing: Uint8Array
}

/** Takes the features of images and gives those of templates. */
export interface TemplatePool {
  /** The features [n, D] of some images, int32 [n], which come in the order of `templateOrder`; those left out are missing. */
  add(features: Matrix, some: Int32Array): void
  /** The templates, once all images are added. */
  finish(): Templates
}

/**
 * Pools the features of images into templates: the mean within each medium, the sum over the media, divided by its length. A
 * weight multiplies the image's feature and nothing else (the mean divides by the number of images). All in float64, image
 * by image in the order of `templateOrder`; besides the templates only one template's sums are held. An image that is never
 * added is left out of its mean, a medium without images out of the sum.
 * @throws ShapeError where numbers of columns or rows, or the order of the images do not fit
 * @throws DataError at a feature that is no finite number, and a template whose length is none
 */
export function templatePool(
  { names, templateOf, mediaOf, templateIds }: PooledImages,
  { weights, unit = false }: PoolOptions = {},
): TemplatePool {
  const missing = new Uint8Array(templateIds.length).fill(1)
  let sums: { features: Float64Array; medium: Float64Array; columns: number } | undefined
  let inMedium = 0
  let last = -1

  const closeMedium = (): void => {
    const { features, medium, columns } = sums!
    const start = templateOf[last]! * columns
    for (let k = 0; k < columns; k++) features[start + k]! += medium[k]! / inMedium
    medium.fill(0)
    inMedium = 0
  }
  const closeTemplate = (): void => {
    const { features, columns } = sums!
    const row = templateOf[last]!
    const template = features.subarray(row * columns, (row + 1) * columns)
    const length = lengthOf(template)
    if (!Number.isFinite(length))
      throw new DataError(`template ${templateIds[row]}: expected a finite length, got ${length}`)
    if (length > 0) for (let k = 0; k < columns; k++) template[k]! /= length
  }
  const goTo = (image: number): void => {
    if (last >= 0) {
      const step = templateOf[image]! - templateOf[last]! || mediaOf[image]! - mediaOf[last]! || image - last
      if (!(step > 0))
        throw new ShapeError(
          `templates: expected images in the order of templates, got ${image} after ${last}`,
        )
      const isNew = templateOf[image] !== templateOf[last]
      if (isNew || mediaOf[image] !== mediaOf[last]) closeMedium()
      if (isNew) closeTemplate()
    }
    last = image
    missing[templateOf[image]!] = 0
    inMedium++
  }

  return {
    add({ data, rows, columns }, some) {
      if (rows !== some.length)
        throw new ShapeError(`templates: expected features of ${some.length} images, got ${rows}`)
      sums ??= {
        features: new Float64Array(templateIds.length * columns),
        medium: new Float64Array(columns),
        columns,
      }
      if (columns !== sums.columns)
        throw new ShapeError(`templates: expected features of ${sums.columns} numbers, got ${columns}`)
      const { medium } = sums
      for (const [i, image] of some.entries()) {
        const feature = data.subarray(i * columns, (i + 1) * columns)
        const at = feature.findIndex((value: number) => !Number.isFinite(value))
        if (at >= 0) throw new DataError(`${names[image]}: expected finite features, got ${feature[at]}`)
        goTo(image)
        const length = unit ? lengthOf(feature) : 1
        const weight = weights ? weights[image]! : 1
        // A feature of zeros has no direction, and stays zeros.
        if (length > 0) for (let k = 0; k < columns; k++) medium[k]! += (feature[k]! / length) * weight
      }
    },
    finish() {
      if (last >= 0) {
        closeMedium()
        closeTemplate()
      }
      const { features, columns } = sums ?? { features: new Float64Array(templateIds.length), columns: 1 }
      return { features: { data: features, rows: templateIds.length, columns }, missing }
    },
  }
}

function lengthOf(vector: Float32Array | Float64Array): number {
  let square = 0
  for (let k = 0; k < vector.length; k++) square += vector[k]! ** 2
  return Math.sqrt(square)
}
