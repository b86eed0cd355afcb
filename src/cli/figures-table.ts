import type { FigureEntry } from './figure-entry.ts'
import { psiEntry } from './figure-psi.ts'

/** The figures of `steradian figure`, in the order in which they tell the story. */
export const figures: readonly FigureEntry[] = [psiEntry]
