import type { DataError } from '../errors.ts'

/** What the parts of a pickle that are more than a number hold, by their kind. */
interface Kinds {
  /** Bytes, or a string of Python 2: a place in the file, so that nothing is copied. */
  bytes: { readonly start: number; readonly end: number }
  /** Text in UTF-8, likewise. */
  text: { readonly start: number; readonly end: number }
  list: { readonly items: PickleValue[] }
  tuple: { readonly items: readonly PickleValue[] }
  /** Something of numpy: its whole name, and what it is; never called or looked up. */
  global: { readonly name: string; readonly is: '_reconstruct' | 'ndarray' | 'dtype' }
  /** A numpy type of one byte a number: `u1` is uint8, `b1` bool. */
  dtype: { readonly name: 'u1' | 'b1' }
  /** A numpy array of one axis; without content until its BUILD has come. */
  array: { content?: { readonly type: 'u1' | 'b1'; readonly start: number; readonly end: number } }
}

/** The kinds of such parts. */
export type PickleKind = keyof Kinds

/** A part of one kind. */
export type PickleOf<K extends PickleKind> = K extends PickleKind ? { readonly kind: K } & Kinds[K] : never

/** What a pickle may hold here. */
export type PickleValue = null | boolean | number | { [K in PickleKind]: PickleOf<K> }[PickleKind]

/** Whether a value is of a kind. */
export function isKind<K extends PickleKind>(
  value: PickleValue | undefined,
  kind: K,
): value is PickleOf<K> & PickleValue {
  return typeof value === 'object' && value !== null && value.kind === kind
}

/** The error to throw; its message gets the file's name and the place in front. */
export type Refusal = (what: string) => DataError

/** A value in a message: what it is, and a number or name itself. */
export function valueText(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  if (value.kind === 'global') return value.name
  if (value.kind === 'text' || value.kind === 'bytes') return value.kind
  return value.kind === 'array' || value.kind === 'dtype' ? `a numpy ${value.kind}` : `a ${value.kind}`
}

/** Bytes as text on one line, for a message: `?` for what cannot be printed, and no more than 100. */
export function readable(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, 100), (code) =>
    code > 32 && code < 127 ? String.fromCharCode(code) : '?',
  )
  return text.join('') + (bytes.length > 100 ? '…' : '')
}
