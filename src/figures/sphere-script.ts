import { ballView, graticule } from './ball.ts'
import { directionsOf, prototypeDirections } from './class-points.ts'
import type { SpherePanel } from './sphere-figure.ts'

/**
 * The SVG of `sphereFigure` in three dimensions as a part of a page whose spheres turn, all of them together: by the mouse or
 * a finger, or by the arrow keys when one has the focus (Home turns back). HTML with its own script; without scripts it shows
 * the picture as it is.
 */
export function turningFigure(svg: string, panels: readonly SpherePanel[]): string {
  const balls = panels.map((panel) => {
    const { unit, labels } = directionsOf(panel)
    return {
      points: panel.classNames.map((_, c) => unit.filter((_, i) => labels[i] === c).map(rounded)),
      prototypes: prototypeDirections(panel)
        .filter((direction) => direction !== null)
        .map(rounded),
    }
  })
  const data = JSON.stringify({ balls, grid: graticule.map((line) => line.map(rounded)), view: ballView })
  const hint = 'The spheres turn together: drag one, or use the arrow keys on it; Home turns them back.'
  const drawing = svg
    .replace(' xmlns="http://www.w3.org/2000/svg" role="img"', ' role="group" aria-label="Spheres that turn"')
    .replaceAll(/<g data-ball="(\d+)"/g, (_, index: string) => {
      const name = panels[Number(index)]!.title.replaceAll(/[&<>"]/g, '')
      return `<g data-ball="${index}" tabindex="0" role="application" aria-label="${name}: a sphere that the arrow keys turn"`
    })
  return `<p>${hint}</p>${drawing}<style>figure svg{max-width:${Math.round(1.4 * widthOf(svg))}px}[data-ball]{cursor:grab;touch-action:none}[data-ball]:focus-visible{outline:2px solid currentColor}</style><script>(${script})(${data.replaceAll('<', '\\u003c')})</script>`
}

const widthOf = (svg: string): number => Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 800)

const rounded = (point: readonly number[]): number[] => point.map((value) => Math.round(value * 1e3) / 1e3)

/** Draws the paths of `ballPicture` again from another side; plain JavaScript, for a page compiles nothing. */
const script = `function ({ balls, grid, view }) {
  const home = { ...view }
  const tenths = (value) => Math.round(value * 10) / 10 + 0
  const turned = ([x, y, z]) => {
    const a = (view.yaw * Math.PI) / 180, b = (view.pitch * Math.PI) / 180
    const far = x * Math.sin(a) + y * Math.cos(a)
    return [x * Math.cos(a) - y * Math.sin(a), z * Math.cos(b) + far * Math.sin(b), z * Math.sin(b) - far * Math.cos(b)]
  }
  const groups = [...document.querySelectorAll('[data-ball]')]
  const parts = groups.map((group, i) => {
    const all = (name) => [...group.querySelectorAll('[data-part="' + name + '"]')]
    return {
      radius: Number(group.querySelector('circle').getAttribute('r')),
      near: all('near'), far: all('far'), rays: all('ray'), gridNear: all('grid-near')[0], gridFar: all('grid-far')[0],
      ball: balls[i],
    }
  })
  const draw = () => {
    for (const { radius, near, far, rays, gridNear, gridFar, ball } of parts) {
      const place = (point) => {
        const [x, y, depth] = turned(point)
        return { x: tenths(radius * x), y: tenths(-radius * y), isNear: depth >= 0 }
      }
      ball.points.forEach((points, c) => {
        let front = '', back = ''
        for (const point of points) {
          const { x, y, isNear } = place(point)
          if (isNear) front += 'M' + x + ',' + y + 'h0'
          else back += 'M' + x + ',' + y + 'h0'
        }
        near[c].setAttribute('d', front)
        far[c].setAttribute('d', back)
      })
      ball.prototypes.forEach((point, c) => {
        const { x, y, isNear } = place(point)
        rays[c].setAttribute('opacity', isNear ? '1' : '0.4')
        rays[c].querySelector('path').setAttribute('d', 'M0,0L' + x + ',' + y)
        const text = rays[c].querySelector('text')
        text.setAttribute('x', x)
        text.setAttribute('y', y)
      })
      let front = '', back = ''
      for (const line of grid) {
        const places = line.map(place)
        for (let i = 1; i < places.length; i++) {
          const from = places[i - 1], to = places[i]
          const step = 'M' + from.x + ',' + from.y + 'L' + to.x + ',' + to.y
          if (from.isNear && to.isNear) front += step
          else back += step
        }
      }
      gridNear.setAttribute('d', front)
      gridFar.setAttribute('d', back)
    }
  }
  let waits = false
  const turn = (yaw, pitch) => {
    view.yaw += yaw
    view.pitch = Math.max(-90, Math.min(90, view.pitch + pitch))
    if (waits) return
    waits = true
    requestAnimationFrame(() => { waits = false; draw() })
  }
  const keys = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, -6], ArrowDown: [0, 6] }
  for (const group of groups) {
    group.addEventListener('keydown', (event) => {
      if (event.key === 'Home') turn(home.yaw - view.yaw, home.pitch - view.pitch)
      else if (keys[event.key]) turn(...keys[event.key])
      else return
      event.preventDefault()
    })
    let last = null
    group.addEventListener('pointerdown', (event) => {
      last = event
      group.setPointerCapture(event.pointerId)
    })
    group.addEventListener('pointermove', (event) => {
      if (last === null) return
      turn((event.clientX - last.clientX) * 0.6, (event.clientY - last.clientY) * 0.6)
      last = event
    })
    for (const end of ['pointerup', 'pointercancel']) group.addEventListener(end, () => { last = null })
  }
}`
