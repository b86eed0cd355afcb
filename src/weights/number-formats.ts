/** A float16 in its 16 bits, as a number (IEEE 754 binary16). */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction
          ? Number.NaN
          : Number.POSITIVE_INFINITY
        : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return bits & 0x8000 ? -size : size
}

/** How numbers lie in a file, little-endian: bytes of one, and its value. */
interface NumberFormat {
  readonly bytes: number
  readonly at: (view: DataView, offset: number) => number
}

/** What weights are stored as, by safetensors' names. */
export const numberFormats: Readonly<Record<string, NumberFormat>> = {
  F64: { bytes: 8, at: (view, offset) => view.getFloat64(offset, true) },
  F32: { bytes: 4, at: (view, offset) => view.getFloat32(offset, true) },
  F16: { bytes: 2, at: (view, offset) => half(view.getUint16(offset, true)) },
  BF16: {
    bytes: 2,
    at: (view, offset) => {
      floatBits[0] = view.getUint16(offset, true) << 16
      return floatOf[0]!
    },
  },
}
const floatBits = new Uint32Array(1)
const floatOf = new Float32Array(floatBits.buffer)

/** Writes the numbers of `bytes` into `into` from `start` on, rounded to float32. */
export function decodeNumbers(
  bytes: Uint8Array,
  {
    format,
    into,
    start,
  }: { readonly format: NumberFormat; readonly into: Float32Array; readonly start: number },
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = Math.floor(bytes.byteLength / format.bytes)
  for (let i = 0; i < count; i++) into[start + i] = format.at(view, i * format.bytes)
}
