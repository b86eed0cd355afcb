import { isKind, type PickleOf, type PickleValue, type Refusal, readable, valueText } from './pickle-value.ts'

/** The only globals that a list of images may name, by their module. They are recognised, never called. */
const globals: Readonly<Record<string, readonly ('_reconstruct' | 'ndarray' | 'dtype')[]>> = {
  'numpy.core.multiarray': ['_reconstruct'],
  'numpy._core.multiarray': ['_reconstruct'],
  numpy: ['ndarray', 'dtype'],
}

/** What a name of a module stands for: `_reconstruct`, `ndarray` or `dtype` of numpy; undefined for anything else. */
export const knownGlobal = (module: string, name: string) =>
  Object.hasOwn(globals, module) ? globals[module]!.find((known) => known === name) : undefined

/** The file that the values lie in, and how it is refused. */
interface Within {
  readonly bytes: Uint8Array
  readonly refusal: Refusal
}

/** What numpy would make of a call: an array still without content, or a type of one byte a number. */
export function numpyCall(
  callable: PickleValue,
  args: PickleValue,
  { bytes, refusal }: Within,
): PickleOf<'array' | 'dtype'> {
  if (!isKind(args, 'tuple')) throw refusal(`expected a tuple of arguments, got ${valueText(args)}`)
  const [first, second, third] = args.items
  switch (globalOf(callable)) {
    case '_reconstruct':
      if (args.items.length === 3 && globalOf(first) === 'ndarray' && isKind(second, 'tuple') && third)
        return { kind: 'array' }
      throw refusal('expected _reconstruct(ndarray, (0,), b"b"), got other arguments')
    case 'dtype': {
      const name = shortText(bytes, first)
      if (args.items.length === 3 && (name === 'u1' || name === 'b1')) return { kind: 'dtype', name }
      throw refusal(`expected a numpy type of uint8 or bool (u1, b1), got ${name ?? valueText(first)}`)
    }
    default:
      throw refusal(`expected a call of numpy's _reconstruct or dtype, got one of ${valueText(callable)}`)
  }
}

/** Gives an array its content, or checks that a type is what its name says. */
export function numpyBuild(target: PickleValue, state: PickleValue, { bytes, refusal }: Within): void {
  if (!isKind(state, 'tuple')) throw refusal(`expected a tuple as state, got ${valueText(state)}`)
  const parts = state.items
  if (isKind(target, 'dtype')) {
    const plain = parts.length === 8 && parts.slice(2, 5).every((part) => part === null)
    if (!plain || shortText(bytes, parts[1]) !== '|')
      throw refusal('expected the state of a plain numpy type of one byte, got another')
    return
  }
  if (!isKind(target, 'array'))
    throw refusal(`expected a numpy array or type to build, got ${valueText(target)}`)
  if (target.content) throw refusal('expected one state of a numpy array, got a second')
  const [version, shape, dtype, , data] = parts
  if (parts.length !== 5 || version !== 1)
    throw refusal('expected the state of a numpy array (1, shape, type, order, bytes), got another')
  // OpenCV's encoder gave a column, [N, 1]: still one axis.
  const [length, one = 1, more] = isKind(shape, 'tuple') ? shape.items : []
  if (typeof length !== 'number' || one !== 1 || more !== undefined)
    throw refusal('expected a numpy array of one axis, [N] or [N, 1], got another shape')
  if (!isKind(dtype, 'dtype')) throw refusal(`expected the type of a numpy array, got ${valueText(dtype)}`)
  if (!isKind(data, 'bytes')) throw refusal(`expected the bytes of a numpy array, got ${valueText(data)}`)
  const { start, end } = data
  if (end - start !== length)
    throw refusal(`expected ${length} bytes by the array's shape, got ${end - start}`)
  target.content = { type: dtype.name, start, end }
}

const globalOf = (value: PickleValue | undefined) => (isKind(value, 'global') ? value.is : undefined)

/** A short text or Python 2 string, or undefined for anything else. */
function shortText(bytes: Uint8Array, value: PickleValue | undefined): string | undefined {
  if (!isKind(value, 'text') && !isKind(value, 'bytes')) return undefined
  const { start, end } = value
  return end - start <= 8 ? readable(bytes.subarray(start, end)) : undefined
}
