import { filled } from './initialisers.ts'

/** Biases start at 0. Recipes scale their rate and decay by the parameter's name, which ends in `.bias`. */
export const biasOptions = { init: filled(0) }
