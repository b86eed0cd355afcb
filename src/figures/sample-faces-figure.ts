import { UsageError } from '../errors.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { svgText } from './frame.ts'

/** Pictures of one person: the bytes of PNG files, or data URIs. */
export interface FaceRow {
  readonly name: string
  readonly images: readonly (Uint8Array | string)[]
}

export interface SampleFacesFigureOptions extends Omit<FigureOptions, 'height'> {
  /** Height over width of a picture. */
  aspect?: number
}

/**
 * A sheet of faces, one row a person, the pictures inside the SVG.
 * @throws UsageError at a picture that is neither the bytes of a PNG file nor a data URI of a picture
 */
export function sampleFacesFigure(
  rows: readonly FaceRow[],
  { title = 'Sample faces', description, width = 440, aspect = 112 / 96 }: SampleFacesFigureOptions = {},
): string {
  const columns = Math.max(1, ...rows.map(({ images }) => images.length))
  const nameWidth = 12 + 6.4 * Math.max(0, ...rows.map(({ name }) => name.length))
  const gap = 3
  const cell = (width - nameWidth + gap) / columns - gap
  const cellHeight = cell * aspect
  const top = 24
  const round = (value: number) => Math.round(value * 100) / 100
  const parts = rows.map(({ name, images }, i) => {
    const y = top + i * (cellHeight + gap)
    const pictures = images.map((image, k) => {
      const x = nameWidth + k * (cell + gap)
      return `<image x="${round(x)}" y="${round(y)}" width="${round(cell)}" height="${round(cellHeight)}" preserveAspectRatio="xMidYMid slice" href="${dataUri(image, name)}" />`
    })
    return `<text y="${round(y + cellHeight / 2 + 4)}">${escapeText(name)}</text>${pictures.join('')}`
  })
  const height = Math.ceil(top + rows.length * (cellHeight + gap))
  return svgText(
    {
      title,
      description: description ?? `${rows.length} people, a row each, ${columns} pictures a person.`,
      width,
      height,
    },
    [
      `<g font-size="12"><text y="12" font-size="13.5" font-weight="600">${escapeText(title)}</text>${parts.join('')}</g>`,
    ],
  )
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** A picture as a data URI: a reference to anywhere else would make the page ask for it. */
function dataUri(image: Uint8Array | string, name: string): string {
  if (typeof image === 'string') {
    if (/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(image)) return image
    throw new UsageError(
      `sample faces: expected a data URI of a picture for ${name}, got ${image.slice(0, 40)}`,
    )
  }
  if (pngSignature.some((byte, i) => image[i] !== byte))
    throw new UsageError(
      `sample faces: expected the bytes of a PNG file for ${name}, got ${image.length} other bytes`,
    )
  let binary = ''
  for (const byte of image) binary += String.fromCharCode(byte)
  return `data:image/png;base64,${btoa(binary)}`
}
