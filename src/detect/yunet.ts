import { DataError } from '../errors.ts'
import type { Picture } from '../image/decode.ts'
import { resize } from '../image/resize.ts'
import type { Session, TensorData } from '../runtime/session.ts'
import type { Detect, Face } from './face.ts'
import { type Box, suppress } from './suppress.ts'
import { decodeYunet, YUNET_HEADS, YUNET_STRIDES } from './yunet-decode.ts'

/**
 * Makes a face detector of a compiled YuNet (Wu, Peng and Yu 2023; the models of 2023 and later, whose outputs are
 * `cls_8` to `kps_32`). Boxes, points and scores are those of OpenCV's FaceDetectorYN. A picture is not enlarged; one
 * whose longer side is above `maxSide` is shrunk to it, and so is one that does not fit a model of fixed input size;
 * the sides are padded with black at the right and bottom to what the model takes. YuNet was trained on faces of 10 to
 * 300 pixels. `name` is what errors call the model.
 * @throws DataError when the model has not YuNet's input and outputs.
 */
export function yunet(session: Session, { name = 'detector' } = {}): Detect {
  const { input, sides } = readPorts(session, name)
  return async (picture, { minScore = 0.6, iou = 0.3, topK = 5000, maxSide = 1280 } = {}) => {
    const { width = maxSide, height = maxSide } = sides ?? {}
    const scale = Math.min(
      1,
      maxSide / Math.max(picture.width, picture.height),
      width / picture.width,
      height / picture.height,
    )
    const small = scale < 1 ? shrink(picture, scale) : picture
    const canvas = sides ?? { width: pad(small.width), height: pad(small.height) }
    const outputs = await session.run({ [input]: planes(small, canvas) })
    const faces = suppress(decodeYunet(outputs, { ...canvas, minScore }), { iou, topK, box: wholePixels })
    return scale < 1 ? faces.map((face) => enlarge(face, small, picture)) : faces
  }
}

/** The name of the model's input, and its sides where they are fixed. */
function readPorts(
  session: Session,
  name: string,
): { input: string; sides?: { width: number; height: number } } {
  const bad = (what: string): never => {
    throw new DataError(`${name}: not a YuNet face detector: ${what}`)
  }
  const has = session.outputs.map((output) => output.name)
  for (const head of Object.keys(YUNET_HEADS))
    for (const stride of YUNET_STRIDES)
      if (!has.includes(`${head}_${stride}`))
        bad(
          `expected outputs cls_8 to kps_32, got ${has.slice(0, 12).join(', ')}${has.length > 12 ? ', …' : ''}`,
        )
  const [input] = session.inputs
  if (input === undefined || session.inputs.length !== 1 || input.shape.length !== 4 || input.shape[1] !== 3)
    return bad(
      `expected one input [batch, 3, height, width], got ${session.inputs.map((port) => `${port.name} [${port.shape.join(', ')}]`).join(', ') || 'none'}`,
    )
  const [, , height, width] = input.shape
  const fixed = (side: number | string | undefined): side is number => typeof side === 'number' && side > 0
  if (!fixed(height) || !fixed(width)) return { input: input.name }
  if (height % 32 !== 0 || width % 32 !== 0) bad(`expected sides a multiple of 32, got ${width} x ${height}`)
  return { input: input.name, sides: { width, height } }
}

/** The next multiple of the largest stride. */
function pad(side: number): number {
  return Math.ceil(side / 32) * 32
}

/** The picture as the model takes it: [1, 3, height, width], blue, green and red planes, 0 to 255, black beyond. */
function planes(
  { data, width: w, height: h }: Picture,
  { width, height }: { width: number; height: number },
): TensorData {
  const plane = width * height
  const blob = new Float32Array(3 * plane)
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0, o = y * width; x < w; x++, o++, i += 3) {
      blob[o] = data[i + 2]!
      blob[o + plane] = data[i + 1]!
      blob[o + 2 * plane] = data[i]!
    }
  }
  return { type: 'float32', shape: [1, 3, height, width], data: blob }
}

/** OpenCV compares boxes cut to whole pixels; done alike, the same one of two near-equal boxes is kept. */
function wholePixels({ box }: Face): Box {
  return {
    x: Math.trunc(box.x),
    y: Math.trunc(box.y),
    width: Math.trunc(box.width),
    height: Math.trunc(box.height),
  }
}

/** A smaller copy of the picture, of at least one pixel. */
function shrink(picture: Picture, scale: number): Picture {
  const size = {
    width: Math.max(1, Math.floor(picture.width * scale)),
    height: Math.max(1, Math.floor(picture.height * scale)),
  }
  return { ...size, data: resize(picture, size) }
}

/** A face of a shrunk picture in the coordinates of the picture itself: the inverse of what `resize` does. */
function enlarge({ box, points, score }: Face, small: Picture, picture: Picture): Face {
  const scale = small.height / picture.height
  const aside = (small.width - picture.width * scale) / 2
  const x = (at: number): number => (at + 0.5 - aside) / scale - 0.5
  const y = (at: number): number => (at + 0.5) / scale - 0.5
  return {
    box: { x: x(box.x), y: y(box.y), width: box.width / scale, height: box.height / scale },
    points: points.map((at, i) => (i % 2 === 0 ? x(at) : y(at))),
    score,
  }
}
