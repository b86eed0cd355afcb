import { describe, expect, test } from 'vitest'
import { develop } from './synthetic-camera.ts'
import { type Canvas, canvas } from './synthetic-canvas.ts'
import { type Scene, syntheticScene } from './synthetic-scene.ts'

const plain = syntheticScene(0, 0, { image: 0, difficulty: 0 })
const still = { blurX: 0, blurY: 0, noise: 0, saturation: 1, mid: 0, seed: 1 }

/** A scene with this light and camera. */
function taken(light: Partial<Scene['light']>, camera: Partial<Scene['camera']> = {}): Scene {
  const dark = { key: [0, 0, 0], ambient: [1, 1, 1] } as const
  return { ...plain, light: { ...plain.light, ...dark, ...light }, camera: { ...still, ...camera } }
}

/** A canvas of one colour and light. */
function flat(height: number, width: number, value: readonly number[]): Canvas {
  const target = canvas(height, width)
  for (let i = 0; i < target.data.length; i++) target.data[i] = value[i % 4]!
  return target
}

function picture(target: Canvas, scene: Scene): Uint8Array {
  const out = new Uint8Array(target.height * target.width * 3)
  develop(target, scene, out, 0)
  return out
}

describe('develop', () => {
  test('a pixel is 255·√(colour · (ambient + key light · its share))', () => {
    const scene = taken({ ambient: [0.1, 0.2, 0.3], key: [1, 0.5, 0] })
    const [r, g, b] = picture(flat(1, 1, [0.5, 0.5, 0.5, 0.4]), scene)
    expect([r, g, b]).toEqual(
      [255 * Math.sqrt(0.25), 255 * Math.sqrt(0.2), 255 * Math.sqrt(0.15)].map(Math.round),
    )
  })

  test('lights above 0.7 roll off, in order, and never pass 255', () => {
    const levels = [0.69, 0.7, 0.71, 1, 2, 10, 1000].map(
      (x) => picture(flat(1, 1, [x, x, x, 0]), taken({}))[0]!,
    )
    expect(levels).toEqual([...levels].sort((a, b) => a - b))
    expect(levels[2]! - levels[0]!).toBeLessThan(6)
    expect(new Set(levels.slice(2, 6)).size).toBe(4)
    expect(levels.at(-1)).toBeLessThanOrEqual(255)
  })

  test('saturation 0 gives grey', () => {
    const [r, g, b] = picture(flat(1, 1, [0.5, 0.1, 0.2, 0]), taken({}, { saturation: 0 }))
    expect([g, b]).toEqual([r, r])
  })

  test('blur leaves a flat picture as it is', () => {
    const blurred = picture(flat(9, 7, [0.3, 0.4, 0.5, 0]), taken({}, { blurX: 30, blurY: 20 }))
    expect(blurred).toEqual(picture(flat(9, 7, [0.3, 0.4, 0.5, 0]), taken({})))
  })

  test('blur spreads a point along its own axis only, evenly to both sides', () => {
    const target = canvas(112, 21)
    target.data[(50 * 21 + 10) * 4] = 0.5
    const out = picture(target, taken({}, { blurX: 1 }))
    const red = (x: number, y: number): number => out[(y * 21 + x) * 3]!
    // Linear light 0.5 · the Gaussian's weights e^(−k²/2) / Σ, by hand: 0.20, 0.12.
    expect(red(10, 50)).toBeCloseTo(255 * Math.sqrt(0.5 * 0.3998), -1)
    expect(red(9, 50)).toBeCloseTo(255 * Math.sqrt(0.5 * 0.2425), -1)
    expect(red(11, 50)).toBe(red(9, 50))
    expect([red(10, 49), red(10, 51), red(5, 50)]).toEqual([0, 0, 0])
  })

  test('noise has the deviation asked for, about the right mean', () => {
    const out = picture(flat(100, 100, [0.25, 0.25, 0.25, 0]), taken({}, { noise: 10 }))
    const green = [...out].filter((_, i) => i % 3 === 1)
    const mean = green.reduce((a, b) => a + b) / green.length
    const sd = Math.sqrt(green.reduce((a, b) => a + (b - mean) ** 2, 0) / green.length)
    expect(Math.abs(mean - 127.5)).toBeLessThan(0.5)
    expect(Math.abs(sd - 10)).toBeLessThan(0.3)
  })

  test('another noise seed gives other noise', () => {
    const at = (seed: number): Uint8Array =>
      picture(flat(4, 4, [0.25, 0.25, 0.25, 0]), taken({}, { noise: 10, seed }))
    expect(at(1)).toEqual(at(1))
    expect(at(12)).not.toEqual(at(10))
  })
})
