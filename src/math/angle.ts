/** The angle in degrees, 0 … 180, whose cosine is given; a cosine that rounding put outside −1 … 1 is taken as the end. */
export function degreesOfCosine(cosine: number): number {
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI
}
