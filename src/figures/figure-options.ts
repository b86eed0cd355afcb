/** What every figure takes; sizes in CSS pixels. */
export interface FigureOptions {
  /** The line above the figure, and its name for those who do not see it. */
  title?: string
  /** What the figure shows, in words; each figure writes its own from the data. */
  description?: string
  width?: number
  height?: number
}
