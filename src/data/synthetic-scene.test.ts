import { expect, test } from 'vitest'
import { syntheticScene } from './synthetic-scene.ts'

const scenes = (difficulty: number, count = 1000): ReturnType<typeof syntheticScene>[] =>
  Array.from({ length: count }, (_, image) => syntheticScene(0, image % 50, { image, difficulty }))

test('a scene is a pure function of seed, person and image', () => {
  expect(syntheticScene(1, 2, { image: 3 })).toEqual(syntheticScene(1, 2, { image: 3, difficulty: 1 }))
  expect(syntheticScene(1, 2, { image: 3 })).not.toEqual(syntheticScene(1, 2, { image: 4 }))
  expect(syntheticScene(1, 2, { image: 3 })).not.toEqual(syntheticScene(1, 3, { image: 3 }))
  expect(syntheticScene(1, 2, { image: 3 })).not.toEqual(syntheticScene(2, 2, { image: 3 }))
})

test('difficulty 0 is a frontal, calm face in even light, nothing before it, no blur and no noise', () => {
  for (const { pose, shade, expression, occluders, camera } of scenes(0, 50)) {
    expect(Object.values(pose).map((x) => x + 0)).toEqual([0, 0, 0, 1, 0, 0])
    expect(Object.values(expression).every((x) => x === 0 || Object.is(x, -0))).toBe(true)
    expect([shade.strength, occluders.length, camera.blurX, camera.blurY, camera.noise]).toEqual([
      0, 0, 0, 0, 0,
    ])
    expect(camera.saturation).toBe(1)
  }
})

test('at difficulty 1 a quarter to a half of the images have something before the face, of every kind', () => {
  const all = scenes(1)
  const hidden = all.filter(({ occluders }) => occluders.length > 0).length / all.length
  expect(hidden).toBeGreaterThan(0.25)
  expect(hidden).toBeLessThan(0.5)
  const kinds = new Set(all.flatMap(({ occluders }) => occluders.map(({ kind }) => kind)))
  expect([...kinds].sort()).toEqual(['bar', 'cap', 'hand', 'mask', 'sunglasses'])
})

test('poses and light stay such that a face is to be seen, however high the difficulty', () => {
  for (const { pose, light, occluders, camera } of scenes(5)) {
    expect(Math.abs(pose.yaw)).toBeLessThanOrEqual(0.75)
    expect(Math.abs(pose.pitch)).toBeLessThanOrEqual(0.45)
    expect(light.to[2]).toBeGreaterThan(0)
    expect(Math.hypot(...light.to)).toBeCloseTo(1, 10)
    expect(Math.max(...light.key) + Math.max(...light.ambient)).toBeGreaterThan(0.1)
    expect(occluders.length).toBeLessThanOrEqual(2)
    expect(camera.noise).toBeLessThanOrEqual(40)
  }
})

test('light and exposure vary widely from image to image: the colour of a pixel does not tell a person', () => {
  const warmth = scenes(1).map(({ light }) => Math.log(light.ambient[0] / light.ambient[2]))
  const mean = warmth.reduce((a, b) => a + b) / warmth.length
  const sd = Math.sqrt(warmth.reduce((a, b) => a + (b - mean) ** 2, 0) / warmth.length)
  expect(sd).toBeGreaterThan(0.33)
})
