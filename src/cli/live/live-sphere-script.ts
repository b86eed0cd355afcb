/**
 * The part of the live page's script that draws circles and spheres of embeddings in two or three dimensions, and lets them be
 * turned. It stands behind `liveScript`, whose names it uses.
 */
export const liveSphereScript = `
// --- the spheres, one for each run that has points; they turn together ---
let turn = 0.6, tilt = 0.4
function spheres(shown) {
  const found = shown.filter(({ run }) => run.live.some((line) => line.points))
  const places = $('spheres')
  while (places.children.length < found.length) {
    const figure = places.appendChild(document.createElement('figure'))
    figure.append(document.createElement('figcaption'), document.createElement('canvas'))
    const canvas = figure.lastChild
    Object.assign(canvas, { width: 600, height: 600, tabIndex: 0, className: 'sphere' })
    canvas.setAttribute('role', 'img')
    canvas.setAttribute('aria-label', 'Sphere')
    turnable(canvas)
  }
  while (places.children.length > found.length) places.lastChild.remove()
  found.forEach(({ run }, k) => sphere(run, places.children[k]))
}
function sphere(run, figure) {
  const canvas = figure.lastChild
  const lines = run.live.filter((line) => line.points).slice(-12)
  const is3d = lines[0].points[0].length === 4
  const size = canvas.width, c = size / 2, r = 0.42 * size
  const ctx = canvas.getContext('2d')
  const ink = getComputedStyle(document.body).color
  ctx.clearRect(0, 0, size, size)
  ctx.strokeStyle = ink
  ctx.globalAlpha = 0.5
  ctx.beginPath(); ctx.arc(c, c, r, 0, 2 * Math.PI); ctx.stroke()
  const place = (p) => {
    if (!is3d) return [c + r * p[0], c - r * p[1], 1]
    const a = p[0] * Math.cos(turn) + p[2] * Math.sin(turn), b = p[2] * Math.cos(turn) - p[0] * Math.sin(turn)
    return [c + r * a, c - r * (p[1] * Math.cos(tilt) - b * Math.sin(tilt)), p[1] * Math.sin(tilt) + b * Math.cos(tilt)]
  }
  let count = 0
  lines.forEach((line, age) => {
    for (const p of line.points) {
      const [a, b, depth] = place(p)
      ctx.globalAlpha = (0.15 + (0.7 * (age + 1)) / lines.length) * (depth < 0 ? 0.3 : 1)
      ctx.fillStyle = classColours[last(p) % classColours.length]
      ctx.beginPath(); ctx.arc(a, b, 3, 0, 2 * Math.PI); ctx.fill()
      count++
    }
  })
  ctx.globalAlpha = 1
  ctx.fillStyle = ink
  ctx.font = '14px system-ui, sans-serif'
  const prototypes = last(lines).prototypes || []
  prototypes.forEach((p, label) => {
    const [a, b, depth] = place(p)
    ctx.globalAlpha = depth < 0 ? 0.35 : 1
    ctx.beginPath(); ctx.moveTo(c, c); ctx.lineTo(a, b); ctx.stroke()
    if (prototypes.length <= 30) ctx.fillText(String(label), c + (a - c) * 1.1 - 4, c + (b - c) * 1.1 + 5)
  })
  canvas.setAttribute('aria-label', (is3d ? 'Sphere' : 'Circle') + ' of ' + run.about.name + ': ' + count + ' embeddings up to step ' + last(lines).step + ' and ' + prototypes.length + ' prototypes' + (is3d ? '; arrow keys turn it' : ''))
  figure.firstChild.textContent = run.about.name + ', step ' + last(lines).step + ': embeddings by class' + (prototypes.length > 0 ? ', prototypes as lines' : '') + (is3d ? '. Drag, or use the arrow keys, to turn it.' : '.')
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', later)
function turnable(canvas) {
  let grip = null
  canvas.addEventListener('pointerdown', (event) => { grip = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId) })
  canvas.addEventListener('pointermove', (event) => {
    if (!grip) return
    turn += (event.clientX - grip[0]) / 120
    tilt += (event.clientY - grip[1]) / 120
    grip = [event.clientX, event.clientY]
    draw()
  })
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { grip = null })
  canvas.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key]
    if (!by) return
    event.preventDefault()
    turn += by[0]
    tilt += by[1]
    draw()
  })
}
`
