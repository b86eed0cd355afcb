/** A colour as linear light [red, green, blue] in 0 … 1, with a gamma of 2 between it and sRGB bytes. */
export type Colour = readonly [number, number, number]

/** The linear colour of an sRGB triple in 0 … 255. */
export function srgb(red: number, green: number, blue: number): Colour {
  return [(red / 255) ** 2, (green / 255) ** 2, (blue / 255) ** 2]
}

/** The colour `t` of the way from `a` to `b`. */
export function mixed(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

/** The colour times a factor for each channel. */
export function tinted(a: Colour, red: number, green = red, blue = red): Colour {
  return [a[0] * red, a[1] * green, a[2] * blue]
}

/** The colour at `t` in 0 … 1 along evenly spaced stops. */
function along(stops: readonly Colour[], t: number): Colour {
  const at = Math.min(Math.max(t, 0), 1) * (stops.length - 1)
  const i = Math.min(Math.floor(at), stops.length - 2)
  return mixed(stops[i]!, stops[i + 1]!, at - i)
}

const skins = [
  srgb(232, 198, 178),
  srgb(222, 172, 142),
  srgb(186, 128, 94),
  srgb(128, 82, 58),
  srgb(74, 48, 38),
]
const hairs = [srgb(206, 172, 112), srgb(150, 108, 66), srgb(96, 64, 42), srgb(54, 38, 30), srgb(24, 20, 20)]
const irises = [
  srgb(112, 140, 164),
  srgb(104, 124, 96),
  srgb(118, 92, 54),
  srgb(80, 52, 30),
  srgb(42, 28, 20),
]

/** Skin by melanin 0 … 1, reddened (undertone above 0) or yellowed (below 0). */
export function skinColour(melanin: number, undertone: number): Colour {
  return tinted(along(skins, melanin), 1 + 0.1 * undertone, 1 - 0.05 * undertone, 1 + 0.06 * undertone)
}

/** Hair by darkness, redness and greyness, each 0 … 1. */
export function hairColour(dark: number, red: number, grey: number): Colour {
  return mixed(mixed(along(hairs, dark), srgb(142, 66, 34), red), srgb(172, 170, 168), grey)
}

/** Iris by darkness 0 (blue) … 1 (nearly black). */
export function irisColour(dark: number): Colour {
  return along(irises, dark)
}
