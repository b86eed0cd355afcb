import { describe, expect, test } from 'vitest'
import { canvas } from './synthetic-canvas.ts'
import { behind, frameAt, middle, poseHead, project } from './synthetic-head.ts'
import { syntheticPerson } from './synthetic-person.ts'
import { type Scene, syntheticScene } from './synthetic-scene.ts'
import { paintHead } from './synthetic-skin.ts'

const size = { height: 112, width: 96 }
const person = syntheticPerson(0, 0)
const frontal = syntheticScene(0, 0, { image: 0, difficulty: 0 })

/** The frontal scene with another pose. */
function posed(pose: Partial<Scene['pose']>): Scene {
  return { ...frontal, pose: { ...frontal.pose, ...pose } }
}

describe('project', () => {
  test('leaves the frontal face where it is', () => {
    const head = poseHead(person, frontal, size)
    for (const [x, y] of [
      [0, 0.4],
      [1, 0],
      [-0.8, 2.3],
      [0.5, -1.5],
    ] as const) {
      expect(project(head, x, y)[0]).toBeCloseTo(x, 10)
      expect(project(head, x, y)[1]).toBeCloseTo(y, 10)
    }
  })

  test('turning moves what stands out further than what lies deep', () => {
    const head = poseHead(person, posed({ yaw: 0.3 }), size)
    const [tip] = project(head, 0, 1.2, 0.3)
    const [root] = project(head, 0, 1.2)
    const [eye] = project(head, 1, 0)
    expect(tip).toBeGreaterThan(root)
    expect(root).toBeGreaterThan(eye - 1)
    expect(eye).toBeGreaterThan(1)
  })

  test('turns the upper head as the rotation matrices of yaw, then pitch, turn a sphere', () => {
    const [yaw, pitch] = [0.5, 0.3]
    const head = poseHead(person, posed({ yaw, pitch }), size)
    const tall = person.face.skull + middle
    const wide = (t: number): number => person.face.width * (1 + 0.04 * t)
    const yawed = [
      [Math.cos(yaw), 0, Math.sin(yaw)],
      [0, 1, 0],
      [-Math.sin(yaw), 0, Math.cos(yaw)],
    ]
    const pitched = [
      [1, 0, 0],
      [0, Math.cos(pitch), Math.sin(pitch)],
      [0, -Math.sin(pitch), Math.cos(pitch)],
    ]
    const times = (matrix: number[][], v: number[]): number[] =>
      matrix.map((row) => row[0]! * v[0]! + row[1]! * v[1]! + row[2]! * v[2]!)
    const v = (-2 - middle) / tall
    const u = 0.9 / wide(v)
    const [x, y] = times(pitched, times(yawed, [u, v, Math.sqrt(1 - u * u - v * v)])) as [number, number]
    const found = project(head, 0.9, -2)
    expect(found[0]).toBeCloseTo(x * wide(y), 10)
    expect(found[1]).toBeCloseTo(middle + y * tall, 10)
  })

  test('a face turned left is the mirror image of one turned right', () => {
    const right = poseHead(person, posed({ yaw: 0.4, pitch: 0.1 }), size)
    const left = poseHead(person, posed({ yaw: -0.4, pitch: 0.1 }), size)
    const [x, y] = project(right, 0.7, 1.1, 0.1)
    const mirrored = project(left, -0.7, 1.1, 0.1)
    expect(mirrored[0]).toBeCloseTo(-x, 10)
    expect(mirrored[1]).toBeCloseTo(y, 10)
  })
})

describe('poseHead', () => {
  test('puts eyes, nose and mouth near the five points of the SphereFace alignment', () => {
    const points = [30.29, 51.7, 65.53, 51.5, 48.03, 71.74, 33.55, 92.37, 62.73, 92.2]
    let sum = 0
    for (let i = 0; i < 300; i++) {
      const one = syntheticPerson(0, i)
      const head = poseHead(one, syntheticScene(0, i, { image: 1 }), size)
      const { a, b, c, d, e, f } = head.view
      const { eyes, nose, mouth } = one
      const found = [
        project(head, -eyes.spacing, 0),
        project(head, eyes.spacing, 0),
        project(head, 0, nose.length, nose.lift),
        project(head, -mouth.width, mouth.height),
        project(head, mouth.width, mouth.height),
      ].flatMap(([x, y]) => [a * x + b * y + e, c * x + d * y + f])
      for (let k = 0; k < 10; k += 2) {
        sum += Math.hypot(found[k]! - points[k]!, found[k + 1]! - points[k + 1]!)
      }
    }
    expect(sum / 1500).toBeLessThan(4)
    expect(sum / 1500).toBeGreaterThan(1)
  })

  test('scales with the picture: half the size, half the pixels', () => {
    const whole = poseHead(person, frontal, size).view
    const half = poseHead(person, frontal, { height: 56, width: 48 }).view
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f'] as const)
      expect(half[key]).toBeCloseTo(whole[key] / 2, 10)
  })

  test('the errors of the alignment move, scale and turn the picture about the nose', () => {
    const base = poseHead(person, frontal, size).view
    const unit = Math.hypot(base.a, base.c)
    const moved = poseHead(person, posed({ x: 0.1, y: -0.2 }), size).view
    expect(moved.e - base.e).toBeCloseTo(0.1 * unit, 10)
    expect(moved.f - base.f).toBeCloseTo(-0.2 * unit, 10)
    const larger = poseHead(person, posed({ scale: 1.1, roll: 0.2 }), size).view
    expect(Math.hypot(larger.a, larger.c) / Math.hypot(base.a, base.c)).toBeCloseTo(1.1, 10)
    expect(Math.atan2(larger.c, larger.a) - Math.atan2(base.c, base.a)).toBeCloseTo(0.2, 10)
    // The point that lies at the nose's template stays there.
    const det = base.a * base.d - base.b * base.c
    const [px, py] = [48.0252 - base.e, 71.7366 - base.f]
    const [u, v] = [(base.d * px - base.b * py) / det, (base.a * py - base.c * px) / det]
    expect(larger.a * u + larger.b * v + larger.e).toBeCloseTo(48.0252, 8)
    expect(larger.c * u + larger.d * v + larger.f).toBeCloseTo(71.7366, 8)
  })
})

describe('frameAt', () => {
  test('u points to the right, or to the left where mirrored; v down', () => {
    const head = poseHead(person, frontal, size)
    const right = frameAt(head, 1, 0)
    const left = frameAt(head, -1, 0, { mirror: -1 })
    expect(right.a).toBeGreaterThan(10)
    expect(left.a).toBeCloseTo(-right.a, 1)
    expect(left.d).toBeCloseTo(right.d, 1)
    expect(right.d).toBeGreaterThan(10)
  })

  test('is narrower on the cheek that turns away', () => {
    const head = poseHead(person, posed({ yaw: 0.5 }), size)
    expect(frameAt(head, 1, 0.5).a).toBeLessThan(0.8 * frameAt(head, -1, 0.5).a)
  })
})

test('what `behind` calls hidden is covered by the head, in any pose of any person', () => {
  for (let i = 0; i < 150; i++) {
    const one = syntheticPerson(5, i)
    const scene = syntheticScene(5, i, { image: 0, difficulty: 2 })
    const head = poseHead(one, scene, { height: 56, width: 48 })
    const target = canvas(56, 48)
    target.data.fill(1e6)
    paintHead(target, head, scene)
    const { a, c, e, f } = head.view
    for (let y = 0; y < 56; y++) {
      for (let x = 0; x < 48; x++) {
        const [dx, dy] = [x + 0.5 - e, y + 0.5 - f]
        const scale = a * a + c * c
        if (!behind(one.face, (a * dx + c * dy) / scale, (a * dy - c * dx) / scale - middle)) continue
        expect(target.data[(y * 48 + x) * 4]).toBeLessThan(2)
      }
    }
  }
})
