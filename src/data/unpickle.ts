import { DataError } from '../errors.ts'
import { knownGlobal, numpyBuild, numpyCall } from './pickle-numpy.ts'
import { opcodeName } from './pickle-opcodes.ts'
import { isKind, type PickleValue, readable, valueText } from './pickle-value.ts'

/**
 * Reads a pickle of Python, protocols 2 … 5, without running anything: lists, tuples, None, booleans, integers, bytes, text,
 * strings of Python 2, and numpy arrays of one axis of uint8 or bool. Three globals are recognised and never called
 * (`numpy.core.multiarray._reconstruct`, also as `numpy._core…`, `numpy.ndarray`, `numpy.dtype`); every other global and
 * every other opcode is refused by its name. Bytes and text are places in `bytes`, not copies; `maxOpcodes` bounds the
 * memory beside them (about 100 bytes an opcode). `where` opens the messages.
 * @throws DataError `where: byte N: …`, N from 0
 */
export function unpickle(bytes: Uint8Array, { where = 'pickle', maxOpcodes = 2 ** 21 } = {}): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let opcodeAt = 0
  const refusal = (what: string) => new DataError(`${where}: byte ${opcodeAt}: ${what}`)
  /** Takes the next `length` bytes and gives where they begin. */
  const take = (length: number): number => {
    if (!(length <= bytes.length - at))
      throw refusal(
        `expected ${length} bytes more of ${opcodeName[bytes[opcodeAt]!]}, got ${bytes.length - at}`,
      )
    at += length
    return at - length
  }
  const uint8 = () => view.getUint8(take(1))
  const uint16 = () => view.getUint16(take(2), true)
  const int32 = () => view.getInt32(take(4), true)
  const uint32 = () => view.getUint32(take(4), true)
  const uint64 = () => Number(view.getBigUint64(take(8), true))
  /** A signed integer of `length` bytes. */
  const long = (length: number): number => {
    if (length > 6) throw refusal(`expected an integer of at most 6 bytes, got ${length}`)
    const start = take(length)
    let value = 0
    for (let i = 0; i < length; i++) value += view.getUint8(start + i) * 2 ** (8 * i)
    return length > 0 && view.getUint8(at - 1) > 127 ? value - 2 ** (8 * length) : value
  }
  /** A frame says only how much to read ahead; it must lie in the file. */
  const checkFrame = (length: number) => {
    if (length > bytes.length - at)
      throw refusal(`expected a frame of at most ${bytes.length - at} bytes, got ${length}`)
  }
  const span = (kind: 'bytes' | 'text', length: number): PickleValue => {
    const start = take(length)
    return { kind, start, end: at }
  }

  const stack: PickleValue[] = []
  // The height of the stack at each MARK that is still open.
  const marks: number[] = []
  const memo = new Map<number, PickleValue>()
  const pop = (): PickleValue => {
    if (stack.length <= (marks.at(-1) ?? 0)) throw refusal('expected a value on the stack, got none')
    return stack.pop()!
  }
  const popToMark = (): PickleValue[] => {
    const mark = marks.pop()
    if (mark === undefined) throw refusal('expected a MARK before it, got none')
    return stack.splice(mark)
  }
  const top = (): PickleValue => {
    const value = pop()
    stack.push(value)
    return value
  }
  const append = (items: readonly PickleValue[]) => {
    const list = top()
    if (!isKind(list, 'list')) throw refusal(`expected a list to append to, got ${valueText(list)}`)
    for (const item of items) list.items.push(item)
  }
  const tuple = (items: readonly PickleValue[]) => stack.push({ kind: 'tuple', items })
  const recall = (index: number) => {
    const value = memo.get(index)
    if (value === undefined) throw refusal(`expected a value in memo ${index}, got none`)
    stack.push(value)
  }
  const pushGlobal = (module: Uint8Array, attribute: Uint8Array) => {
    const [from, of] = [readable(module), readable(attribute)]
    const is = knownGlobal(from, of)
    const name = `${from}.${of}`
    if (is === undefined)
      throw refusal(`expected a global of a numpy array (_reconstruct, ndarray, dtype), got ${name}`)
    stack.push({ kind: 'global', name, is })
  }
  /** The bytes of one line. */
  const line = (): Uint8Array => {
    const end = bytes.subarray(at, at + 256).indexOf(10)
    if (end < 0) throw refusal('expected a line of at most 255 bytes, got a longer one')
    const start = take(end + 1)
    return bytes.subarray(start, start + end)
  }
  const textOnStack = (): Uint8Array => {
    const value = pop()
    if (isKind(value, 'text')) return bytes.subarray(value.start, value.end)
    throw refusal(`expected text as name of a global, got ${valueText(value)}`)
  }

  if (bytes[0] !== 0x80) throw refusal(`expected a pickle of protocol 2 to 5, got no PROTO at its start`)
  for (let count = 1; ; count++) {
    opcodeAt = at
    if (at === bytes.length) throw refusal('expected STOP, got the end of the file')
    if (count > maxOpcodes) throw refusal(`expected at most ${maxOpcodes} opcodes, got more`)
    const name = opcodeName[bytes[at++]!]!
    switch (name) {
      case 'PROTO': {
        const protocol = uint8()
        if (protocol < 2 || protocol > 5) throw refusal(`expected protocol 2 to 5, got ${protocol}`)
        if (opcodeAt !== 0) throw refusal('expected PROTO at the start alone, got another')
        break
      }
      case 'FRAME':
        checkFrame(uint64())
        break
      case 'STOP': {
        const value = pop()
        if (stack.length > 0 || marks.length > 0) throw refusal('expected one value at STOP, got more')
        if (at < bytes.length)
          throw refusal(`expected the end of the file after STOP, got ${bytes.length - at} bytes`)
        return value
      }
      case 'NONE':
        stack.push(null)
        break
      case 'NEWTRUE':
      case 'NEWFALSE':
        stack.push(name === 'NEWTRUE')
        break
      case 'BININT':
        stack.push(int32())
        break
      case 'BININT1':
        stack.push(uint8())
        break
      case 'BININT2':
        stack.push(uint16())
        break
      case 'LONG1':
        stack.push(long(uint8()))
        break
      case 'SHORT_BINBYTES':
      case 'SHORT_BINSTRING':
        stack.push(span('bytes', uint8()))
        break
      case 'BINBYTES':
        stack.push(span('bytes', uint32()))
        break
      case 'BINSTRING': {
        const length = int32()
        if (length < 0) throw refusal(`expected a length of 0 or more, got ${length}`)
        stack.push(span('bytes', length))
        break
      }
      case 'BINBYTES8':
        stack.push(span('bytes', uint64()))
        break
      case 'SHORT_BINUNICODE':
        stack.push(span('text', uint8()))
        break
      case 'BINUNICODE':
        stack.push(span('text', uint32()))
        break
      case 'EMPTY_LIST':
        stack.push({ kind: 'list', items: [] })
        break
      case 'LIST':
        stack.push({ kind: 'list', items: popToMark() })
        break
      case 'APPEND':
        append([pop()])
        break
      case 'APPENDS':
        append(popToMark())
        break
      case 'EMPTY_TUPLE':
        tuple([])
        break
      case 'TUPLE':
        tuple(popToMark())
        break
      case 'TUPLE1':
      case 'TUPLE2':
      case 'TUPLE3':
        tuple(Array.from({ length: Number(name.at(-1)) }, pop).reverse())
        break
      case 'MARK':
        marks.push(stack.length)
        break
      case 'BINPUT':
        memo.set(uint8(), top())
        break
      case 'LONG_BINPUT':
        memo.set(uint32(), top())
        break
      case 'MEMOIZE':
        memo.set(memo.size, top())
        break
      case 'BINGET':
        recall(uint8())
        break
      case 'LONG_BINGET':
        recall(uint32())
        break
      case 'GLOBAL':
        pushGlobal(line(), line())
        break
      case 'STACK_GLOBAL': {
        const attribute = textOnStack()
        pushGlobal(textOnStack(), attribute)
        break
      }
      case 'REDUCE': {
        const args = pop()
        const made: PickleValue = numpyCall(pop(), args, { bytes, refusal })
        stack.push(made)
        break
      }
      case 'BUILD': {
        const state = pop()
        numpyBuild(top(), state, { bytes, refusal })
        break
      }
      default:
        throw refusal(`expected an opcode of lists of images, got ${name}`)
    }
  }
}
