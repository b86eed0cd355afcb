import type { Canvas } from './synthetic-canvas.ts'
import type { Scene } from './synthetic-scene.ts'

/** Puts light on a canvas and takes the picture: exposure, blur, saturation, gamma, noise; bytes [height, width, 3]. */
export function develop(target: Canvas, scene: Scene, out: Uint8Array, offset: number): void {
  const { height, width, data } = target
  const { light, camera } = scene
  const count = height * width
  const [kr, kg, kb] = light.key
  const [ar, ag, ab] = light.ambient
  for (let i = 0; i < 4 * count; i += 4) {
    const key = data[i + 3]!
    data[i] = data[i]! * (ar + key * kr)
    data[i + 1] = data[i + 1]! * (ag + key * kg)
    data[i + 2] = data[i + 2]! * (ab + key * kb)
  }
  const unit = height / 112
  blur(target, camera.blurX * unit, 4, width, height)
  blur(target, camera.blurY * unit, 4 * width, height, width)

  const { saturation, mid } = camera
  const noise = camera.noise / 147.8
  let state = camera.seed | 1
  for (let i = 0, o = offset; i < 4 * count; i += 4, o += 3) {
    const r = tone(data[i]!, mid)
    const g = tone(data[i + 1]!, mid)
    const b = tone(data[i + 2]!, mid)
    const grey = 0.3 * r + 0.59 * g + 0.11 * b
    // Marsaglia's xorshift; the sum of four bytes is near enough to normal, its standard deviation 147.8.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const grain =
      noise * ((state & 255) + ((state >>> 8) & 255) + ((state >>> 16) & 255) + (state >>> 24) - 510)
    const tint = 0.5 * noise * ((state & 1023) - 511)
    out[o] = byte(grey + (r - grey) * saturation + grain + tint)
    out[o + 1] = byte(grey + (g - grey) * saturation + grain)
    out[o + 2] = byte(grey + (b - grey) * saturation + grain - tint)
  }
}

/** Linear light as a grey level 0 … 255, before rounding; lights above 0.7 roll off, mid tones are lifted by `mid`. */
function tone(x: number, mid: number): number {
  const s = Math.sqrt(x <= 0 ? 0 : x < 0.7 ? x : 1 - 0.09 / (x - 0.4))
  return 255 * s * (1 + mid * (1 - s))
}

/** Rounds to a byte, cut off at 0 and 255. */
function byte(x: number): number {
  return x <= 0 ? 0 : x >= 255 ? 255 : (x + 0.5) | 0
}

/** Blurs the colours along one axis (a Gaussian of `sigma` pixels); `step` between neighbours, `lines` of `length`. */
function blur({ data, width }: Canvas, sigma: number, step: number, length: number, lines: number): void {
  if (sigma < 0.15) return
  const radius = Math.min(length - 1, Math.ceil(2.2 * sigma))
  const taps = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp((-k * k) / (2 * sigma * sigma)))
  let sum = taps[0]!
  for (let k = 1; k <= radius; k++) sum += 2 * taps[k]!
  const stride = step === 4 ? 4 * width : 4
  const padded = new Float32Array(length + 2 * radius)
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const base = line * stride + channel
      for (let i = -radius; i < length + radius; i++) {
        const at = i < 0 ? 0 : i >= length ? length - 1 : i
        padded[i + radius] = data[base + at * step]!
      }
      for (let i = 0; i < length; i++) {
        let value = taps[0]! * padded[i + radius]!
        for (let k = 1; k <= radius; k++)
          value += taps[k]! * (padded[i + radius - k]! + padded[i + radius + k]!)
        data[base + i * step] = value / sum
      }
    }
  }
}
