/** From where a ball is looked at: turned about the upright axis, then tipped towards the eye; in degrees. */
export interface BallView {
  readonly yaw: number
  readonly pitch: number
}

/** The view of a figure that does not turn. */
export const ballView: BallView = { yaw: -30, pitch: 22 }

/** A point of space [3], z up, as the eye sees it: right, up, and towards the eye. */
export function turned(
  [x, y, z]: readonly [number, number, number],
  { yaw, pitch }: BallView,
): [number, number, number] {
  const [a, b] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180]
  const right = x * Math.cos(a) - y * Math.sin(a)
  const far = x * Math.sin(a) + y * Math.cos(a)
  return [right, z * Math.cos(b) + far * Math.sin(b), z * Math.sin(b) - far * Math.cos(b)]
}

const stepsOfLine = 72

/** Equator, two parallels and six half meridians of the unit ball, each as points [73 or 37, 3]. */
export const graticule: readonly (readonly (readonly [number, number, number])[])[] = [
  ...[-45, 0, 45].map((latitude) => {
    const [z, r] = [Math.sin((latitude * Math.PI) / 180), Math.cos((latitude * Math.PI) / 180)]
    return Array.from({ length: stepsOfLine + 1 }, (_, i) => {
      const angle = (2 * Math.PI * i) / stepsOfLine
      return [r * Math.cos(angle), r * Math.sin(angle), z] as const
    })
  }),
  ...[0, 60, 120, 180, 240, 300].map((longitude) => {
    const l = (longitude * Math.PI) / 180
    return Array.from({ length: stepsOfLine / 2 + 1 }, (_, i) => {
      const angle = (2 * Math.PI * i) / stepsOfLine - Math.PI / 2
      return [Math.cos(angle) * Math.cos(l), Math.cos(angle) * Math.sin(l), Math.sin(angle)] as const
    })
  }),
]
