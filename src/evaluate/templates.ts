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
  /** The features [n, D] of the next n images of `templateOrder`; `missing` [n] marks rows that do not count. */
  add(features: Matrix, missing?: Uint8Array): void
  /** The templates, once all images are added. */
  finish(): Templates
}

/**
 * Pools the features of images into templates: the mean within each medium, the sum over the media, divided by its length. A
 * weight multiplies the image's feature and nothing else (the mean divides by the number of images). All in float64, image
 * by image in the order of `templateOrder`; besides the templates only one template's sums are held. The feature of an image
 * that is missing is left out of its mean, a medium without images out of the sum.
 * @throws ShapeError where the numbers of columns or rows do not fit; DataError at a feature that is no finite number
 */
export function templatePool(
  images: PooledImages,
  { weights, unit = false }: PoolOptions = {},
): TemplatePool {
  const order = templateOrder(images)
  const { names, templateOf, mediaOf, templateIds } = images
  const missing = new Uint8Array(templateIds.length).fill(1)
  let sums: { features: Float64Array; medium: Float64Array; columns: number } | undefined
  let inMedium = 0
  let next = 0

  const closeMedium = (row: number): void => {
    if (!sums || inMedium === 0) return
    const { features, medium, columns } = sums
    const start = row * columns
    for (let k = 0; k < columns; k++) features[start + k]! += medium[k]! / inMedium
    medium.fill(0)
    inMedium = 0
  }
  const closeTemplate = (row: number): void => {
    if (!sums) return
    const { features, columns } = sums
    const template = features.subarray(row * columns, (row + 1) * columns)
    const length = lengthOf(template)
    if (!Number.isFinite(length))
      throw new DataError(`template ${templateIds[row]}: expected a finite length, got ${length}`)
    if (length > 0) for (let k = 0; k < columns; k++) template[k]! /= length
  }

  return {
    add({ data, rows, columns }, absent) {
      sums ??= {
        ...{
          features: new Float64Array(templateIds.length * columns),
          medium: new Float64Array(columns),
          columns,
        },
      }
      if (columns !== sums.columns)
        throw new ShapeError(`templates: expected features of ${sums.columns} numbers, got ${columns}`)
      if (next + rows > order.length)
        throw new ShapeError(`templates: expected ${order.length} images, got ${next + rows}`)
      const { medium } = sums
      for (let i = 0; i < rows; i++, next++) {
        const image = order[next]!
        const row = templateOf[image]!
        const before = next > 0 ? order[next - 1]! : image
        if (templateOf[before] !== row || mediaOf[before] !== mediaOf[image]) closeMedium(templateOf[before]!)
        if (templateOf[before] !== row) closeTemplate(templateOf[before]!)
        if (absent?.[i]) continue
        const feature = data.subarray(i * columns, (i + 1) * columns)
        const at = feature.findIndex((value: number) => !Number.isFinite(value))
        if (at >= 0) throw new DataError(`${names[image]}: expected finite features, got ${feature[at]}`)
        missing[row] = 0
        inMedium++
        const length = unit ? lengthOf(feature) : 1
        const weight = weights ? weights[image]! : 1
        // A feature of zeros has no direction, and stays zeros.
        if (length > 0) for (let k = 0; k < columns; k++) medium[k]! += (feature[k]! / length) * weight
      }
    },
    finish() {
      if (next !== order.length)
        throw new ShapeError(`templates: expected ${order.length} images, got ${next}`)
      if (next > 0) {
        const last = templateOf[order[next - 1]!]!
        closeMedium(last)
        closeTemplate(last)
      }
      const { features, columns } = sums ?? { features: new Float64Array(0), columns: 0 }
      return { features: { data: features, rows: templateIds.length, columns }, missing }
    },
  }
}

function lengthOf(vector: Float32Array | Float64Array): number {
  let square = 0
  for (let k = 0; k < vector.length; k++) square += vector[k]! ** 2
  return Math.sqrt(square)
}
