/**
 * What runs in the page of `steradian watch`: takes the events, keeps the lines by run, and draws at most a few times a second.
 * Plain JavaScript for a browser, without template strings, since it is one itself. `styles` (a colour and dashes for each
 * run) and `classColours` are set before it.
 */
export const liveScript = `
'use strict'
const runs = []
const $ = (id) => document.getElementById(id)
const svgName = 'http://www.w3.org/2000/svg'
const make = (name, attributes, parent) => {
  const element = document.createElementNS(svgName, name)
  for (const key of Object.keys(attributes)) element.setAttribute(key, attributes[key])
  if (parent) parent.append(element)
  return element
}
const styleOf = (i) => styles[i % styles.length]
const last = (list) => list[list.length - 1]
const short = (value) =>
  value === undefined || Number.isNaN(value) ? '-' : Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(1) : String(Number(value.toPrecision(3)))

// --- events ---
const source = new EventSource('events')
let isEnded = false
source.onopen = () => say('live')
source.onerror = () => { if (!isEnded) say('connection lost, trying again') }
source.addEventListener('end', () => {
  isEnded = true
  source.close()
  say('ended')
})
source.addEventListener('runs', (event) => {
  JSON.parse(event.data).forEach((about, i) => {
    runs[i] = runs[i] || { metrics: [], live: [], hasLive: false, isShown: true }
    runs[i].about = about
  })
  legend()
  later()
})
source.addEventListener('lines', (event) => {
  const news = JSON.parse(event.data)
  const run = runs[news.run]
  if (news.isNew) run[news.kind] = []
  if (news.kind === 'live') run.hasLive = true
  for (const line of news.lines) {
    try { run[news.kind].push(JSON.parse(line)) } catch (error) { console.warn(line) }
  }
  later()
})
function say(text) { $('state').textContent = text }

// --- drawing, not at every event ---
let isWaiting = false
function later() {
  if (isWaiting) return
  isWaiting = true
  setTimeout(() => { isWaiting = false; draw() }, 200)
}
function draw() {
  const shown = runs.map((run, i) => ({ run, i })).filter((each) => each.run.isShown)
  chart('loss', shown, (line) => numberOf(line.loss), { isNoisy: true })
  chart('accuracy', shown, (line) => 100 * numberOf(line.accuracy), { isNoisy: true, from: 0, to: 100 })
  chart('cosine', shown, (line) => (180 / Math.PI) * Math.acos(Math.max(-1, Math.min(1, numberOf(line.cosine)))), { isNoisy: true, most: 180 })
  chart('rate', shown, (line) => line.rate, { from: 0 })
  chart('lambda', shown, (line) => line.lambda, { isLog: true, mayHide: true })
  chart('margin', shown, (line) => line.margin, { from: 0, mayHide: true })
  chart('speed', shown, (line) => line.imagesPerSecond, { kind: 'live', from: 0, mayHide: true })
  histogram(shown)
  spheres(shown)
  numbers()
  unknown()
}
// What a run lacks is said, so that nobody looks for it.
function unknown() {
  const names = runs.filter((run) => run.metrics.length > 0 && !run.hasLive).map((run) => run.about.name)
  const text = names.length === 0 ? '' : names.join(', ') + (names.length === 1 ? ' was' : ' were')
    + ' trained without --live: images a second, angles and embeddings were not kept.'
  const note = $('unknown')
  if (note.textContent !== text) note.textContent = text
  note.hidden = text === ''
}
// What is no number is null in the file.
const numberOf = (value) => (typeof value === 'number' ? value : NaN)

function legend() {
  const list = $('runs')
  list.replaceChildren()
  runs.forEach((run, i) => {
    const row = document.createElement('tr')
    const box = document.createElement('input')
    box.type = 'checkbox'
    box.checked = run.isShown
    box.addEventListener('change', () => { run.isShown = box.checked; draw() })
    const label = document.createElement('label')
    const sample = make('svg', { width: 30, height: 10, 'aria-hidden': 'true' })
    make('path', Object.assign({ d: 'M0,5H30' }, strokeOf(i)), sample)
    label.append(box, sample, ' ' + run.about.name)
    const head = document.createElement('th')
    head.scope = 'row'
    head.append(label)
    row.append(head)
    for (const key of ['loss name', 'step', 'loss', 'accuracy', 'rate', 'speed']) {
      const cell = document.createElement('td')
      cell.dataset.key = key
      row.append(cell)
    }
    list.append(row)
  })
}
function numbers() {
  runs.forEach((run, i) => {
    const recent = run.metrics.slice(-20)
    const mean = (key) => {
      const known = recent.map((line) => numberOf(line[key])).filter(Number.isFinite)
      return known.reduce((total, value) => total + value, 0) / known.length
    }
    const shownAs = (value, text) => (Number.isFinite(value) ? text(value) : 'no number')
    const now = last(run.metrics)
    const text = {
      'loss name': run.about.loss || '',
      step: now ? String(now.step) : '-',
      loss: now ? shownAs(mean('loss'), (value) => value.toFixed(3)) : '-',
      accuracy: now ? shownAs(mean('accuracy'), (value) => (100 * value).toFixed(1) + ' %') : '-',
      rate: now ? short(now.rate) : '-',
      speed: run.live.length > 0 ? short(last(run.live).imagesPerSecond) + ' images/s' : run.hasLive ? '-' : 'not kept',
    }
    for (const cell of $('runs').children[i].querySelectorAll('td')) cell.textContent = text[cell.dataset.key]
  })
}
function strokeOf(i) {
  const style = styleOf(i)
  const stroke = { fill: 'none', 'stroke-width': 1.8, style: 'stroke:' + style.colour }
  if (style.dashes) stroke['stroke-dasharray'] = style.dashes
  return stroke
}

// Of many points the means of at most 200 stretches are drawn, smoothed over a thirtieth of the run where it is noisy.
function thinned(lines, value, isNoisy) {
  const points = []
  for (const line of lines) {
    const y = value(line)
    if (Number.isFinite(y)) points.push([line.step, y])
  }
  const size = Math.max(1, Math.ceil(points.length / 200))
  const means = []
  for (let from = 0; from < points.length; from += size) means.push(meanOf(points.slice(from, from + size)))
  const reach = isNoisy ? Math.floor(means.length / 60) : 0
  return means.map((point, i) => {
    const near = Math.min(reach, i, means.length - 1 - i)
    return [point[0], meanOf(means.slice(i - near, i + near + 1))[1]]
  })
}
const meanOf = (points) => [0, 1].map((k) => points.reduce((total, point) => total + point[k], 0) / points.length)
const W = 420, H = 220, left = 52, right = 10, above = 10, below = 30
function chart(id, shown, value, { kind = 'metrics', isLog = false, mayHide = false, isNoisy = false, from, to, most = Infinity }) {
  const svg = $(id)
  const curves = shown.map(({ run, i }) => ({ run, i, points: thinned(run[kind], value, isNoisy) }))
    .map((curve) => isLog ? Object.assign(curve, { points: curve.points.filter(([, y]) => y > 0).map(([x, y]) => [x, Math.log10(y)]) }) : curve)
  const all = curves.flatMap(({ points }) => points)
  svg.closest('figure').hidden = mayHide && all.length === 0
  svg.replaceChildren()
  if (all.length === 0) {
    make('text', { x: W / 2, y: H / 2, 'text-anchor': 'middle' }, svg).textContent = 'nothing yet'
    return
  }
  const end = Math.max(1, ...shown.map(({ run }) => (run[kind].length > 0 ? last(run[kind]).step : 1)))
  let low = from === undefined ? Math.min(...all.map(([, y]) => y)) : from
  let high = to === undefined ? Math.max(...all.map(([, y]) => y)) : to
  if (!(high > low)) { high = low + (Math.abs(low) || 1) * 0.1; if (from === undefined) low -= (Math.abs(low) || 1) * 0.1 }
  // Nothing lies beyond the most there can be, so no round value either.
  const ticks = isLog ? decades(low, high) : roundTicks(low, high).filter((v) => v <= most)
  if (!isLog) {
    low = Math.min(low, ticks[0])
    high = Math.max(high, last(ticks))
  }
  const x = (step) => left + ((W - left - right) * step) / end
  const y = (v) => H - below - ((H - above - below) * (v - low)) / (high - low)
  axes(svg, { end, ticks, x, y, isLog, unit: 'step' })
  for (const { i, points } of curves) {
    if (points.length === 0) continue
    const d = 'M' + points.map(([a, b]) => x(a).toFixed(1) + ',' + y(b).toFixed(1)).join('L')
    // One point alone is a dot.
    make('path', Object.assign({ d: points.length === 1 ? d + 'h0' : d, 'stroke-linecap': 'round' }, strokeOf(i)), svg)
  }
  svg.setAttribute('aria-label', svg.dataset.name + ': ' + (curves.filter(({ points }) => points.length > 0)
    .map(({ run, points }) => run.about.name + ' ' + short(isLog ? 10 ** last(points)[1] : last(points)[1]) + ' at step ' + Math.round(last(points)[0])).join('; ')))
}
// Round values, three to seven, that enclose a range.
function roundTicks(low, high) {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough)
  const first = Math.floor(low / step + 1e-9)
  const count = Math.ceil(high / step - 1e-9) - first
  return Array.from({ length: count + 1 }, (_, k) => (first + k) * step)
}
// The powers of ten within a range, as logarithms; its ends where there are fewer than two.
function decades(low, high) {
  const first = Math.ceil(low - 1e-9)
  const powers = Array.from({ length: Math.max(0, Math.floor(high + 1e-9) - first + 1) }, (_, k) => first + k)
  return powers.length >= 2 ? powers : [low, high]
}
function axes(svg, { end, ticks, x, y, isLog, unit }) {
  for (const v of ticks) {
    make('path', { d: 'M' + left + ',' + y(v) + 'H' + (W - right), class: 'grid' }, svg)
    make('text', { x: left - 6, y: y(v) + 4, 'text-anchor': 'end' }, svg).textContent = short(isLog ? 10 ** v : v)
  }
  const across = unit === 'degrees' ? [0, 45, 90, 135, 180] : roundTicks(0, end).filter((at) => at <= end && Number.isInteger(at))
  for (const at of across)
    make('text', { x: x(at), y: H - below + 16, 'text-anchor': x(at) > W - right - 12 ? 'end' : 'middle' }, svg).textContent = String(at)
  make('text', { x: W - right, y: H - 2, 'text-anchor': 'end', class: 'unit' }, svg).textContent = unit
}

// --- angles of the last lines ---
function histogram(shown) {
  const svg = $('angles')
  const known = shown.filter(({ run }) => run.live.length > 0)
  svg.closest('figure').hidden = known.length === 0
  svg.replaceChildren()
  const words = []
  const shares = known.map(({ run, i }) => {
    const recent = run.live.slice(-10)
    return { run, i, kinds: ['own', 'other'].map((kind) => {
      const sums = recent.reduce((total, line) => line[kind].map((n, bin) => n + (total[bin] || 0)), [])
      const all = sums.reduce((total, n) => total + n, 0) || 1
      return sums.map((n) => (100 * n) / all)
    }) }
  })
  const ticks = roundTicks(0, Math.max(1, ...shares.flatMap(({ kinds }) => kinds.flat())))
  const high = last(ticks)
  const bins = shares.length > 0 ? shares[0].kinds[0].length : 1
  const x = (degrees) => left + ((W - left - right) * degrees) / 180
  const y = (v) => H - below - ((H - above - below) * v) / high
  axes(svg, { end: 180, ticks, x, y, unit: 'degrees' })
  for (const { run, i, kinds } of shares) {
    kinds.forEach((kind, k) => {
      let d = 'M' + x(0) + ',' + y(0)
      kind.forEach((share, bin) => { d += 'V' + y(share).toFixed(1) + 'H' + x(((bin + 1) * 180) / bins).toFixed(1) })
      d += 'V' + y(0)
      make('path', { d, style: 'stroke:' + styleOf(i).colour + ';fill:' + (k === 0 ? styleOf(i).colour : 'none'), 'fill-opacity': 0.25, 'stroke-width': 1.6, 'stroke-dasharray': k === 0 ? 'none' : '4 3' }, svg)
      const mean = kind.reduce((total, share, bin) => total + (share * (bin + 0.5) * 180) / bins, 0) / 100
      words.push(run.about.name + ' ' + (k === 0 ? 'own' : 'nearest other') + ' ' + mean.toFixed(0) + ' degrees on average')
    })
  }
  svg.setAttribute('aria-label', 'Angles: ' + words.join('; '))
}
`
