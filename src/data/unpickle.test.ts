import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { opcodeName } from './pickle-opcodes.ts'
import { unpickle } from './unpickle.ts'

/** A pickle of protocol 3 from parts: text as latin1, numbers as bytes. */
const pickle = (...parts: (string | number)[]): Uint8Array =>
  Buffer.from(
    ['\x80\x03', ...parts]
      .map((part) => (typeof part === 'number' ? String.fromCharCode(part) : part))
      .join(''),
    'latin1',
  )

/** An int32 or uint32, little-endian, as latin1 text. */
const int32 = (value: number): string => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value | 0)
  return bytes.toString('latin1')
}

const read = (...parts: (string | number)[]) => unpickle(pickle(...parts))
const list = (...items: unknown[]) => ({ kind: 'list', items })
const tuple = (...items: unknown[]) => ({ kind: 'tuple', items })

describe('unpickle(bytes) reads', () => {
  test.each([
    ['None', ['N.'], null],
    ['True and False', ['\x88\x89\x86.'], tuple(true, false)],
    ['BININT1, BININT2, BININT', ['K\xffM\x01\x02J\xfe\xff\xff\xff\x87.'], tuple(255, 513, -2)],
    [
      'LONG1 of no byte, of one, of two, negative',
      ['\x8a\x00\x8a\x01\x7f\x8a\x02\xff\x00\x87.'],
      tuple(0, 127, 255),
    ],
    ['LONG1 below zero', ['\x8a\x01\xff\x8a\x02\x00\x80\x86.'], tuple(-1, -32768)],
    ['an empty list and an empty tuple', ['])\x86.'], tuple(list(), tuple())],
    ['APPEND', [']K\x01a.'], list(1)],
    ['MARK, APPENDS', [']K\x07a(K\x01K\x02e.'], list(7, 1, 2)],
    ['MARK, LIST', ['(K\x01K\x02l.'], list(1, 2)],
    ['MARK, TUPLE', ['(K\x01(K\x02tt.'], tuple(1, tuple(2))],
    ['TUPLE1 … TUPLE3, in order', ['K\x01\x85K\x02K\x03K\x04\x87\x86.'], tuple(tuple(1), tuple(2, 3, 4))],
  ])('%s', (_, parts, expected) => {
    expect(read(...parts)).toEqual(expected)
  })

  test('bytes and strings as places in the file, whatever states their length', () => {
    for (const [opcode, length] of [
      ['C', '\x03'],
      ['U', '\x03'],
      ['B', int32(3)],
      ['T', int32(3)],
      ['\x8e', `${int32(3)}${int32(0)}`],
    ] as const) {
      const bytes = pickle(opcode, length, 'abc.')
      const start = 3 + length.length
      expect(unpickle(bytes)).toEqual({ kind: 'bytes', start, end: start + 3 })
    }
    expect(read('X', int32(2), 'u1.')).toEqual({ kind: 'text', start: 7, end: 9 })
    expect(read('\x8c\x02u1.')).toEqual({ kind: 'text', start: 4, end: 6 })
  })

  test('memos by number, by long number and by order', () => {
    expect(read('(K\x05q\x07h\x07K\x06r', int32(300), 'j', int32(300), 't.')).toEqual(tuple(5, 5, 6, 6))
    expect(read('(K\x05\x94K\x06\x94h\x00h\x01t.')).toEqual(tuple(5, 6, 5, 6))
  })

  test('a list that holds itself, without end', () => {
    const self = read(']q\x00h\x00a.') as { items: unknown[] }
    expect(self.items[0]).toBe(self)
  })

  test('frames, which only say how much follows', () => {
    const bytes = Buffer.from('\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N.', 'latin1')
    expect(unpickle(bytes)).toBe(null)
  })

  test('a numpy array of one axis, or of a column, by its old name and its new', () => {
    for (const name of ['numpy.core.multiarray', 'numpy._core.multiarray'])
      for (const shape of ['K\x03\x85', 'K\x03K\x01\x86']) {
        const array = numpyArray({ name, shape })
        expect(read(array, '.')).toEqual({
          kind: 'array',
          content: { type: 'u1', start: 2 + array.indexOf('xyz'), end: 5 + array.indexOf('xyz') },
        })
      }
  })
})

/** The opcodes of a numpy array of three bytes, `xyz`; parts can be changed. */
function numpyArray({
  name = 'numpy.core.multiarray',
  shape = 'K\x03\x85',
  type = '\x8c\x02u1',
  state = 'K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00',
  version = 'K\x01',
  data = 'C\x03xyz',
  args = 'cnumpy\nndarray\nK\x00\x85C\x01b\x87',
} = {}): string {
  return `c${name}\n_reconstruct\n${args}R(${version}${shape}cnumpy\ndtype\n${type}\x89\x88\x87R(${state}tb\x89${data}tb`
}

describe('unpickle(bytes) refuses, with the place of the opcode,', () => {
  const refused = [
    ...['POP', 'POP_MARK', 'DUP', 'FLOAT', 'INT', 'LONG', 'PERSID', 'BINPERSID', 'STRING', 'UNICODE', 'DICT'],
    ...[
      'EMPTY_DICT',
      'GET',
      'INST',
      'OBJ',
      'PUT',
      'SETITEM',
      'SETITEMS',
      'BINFLOAT',
      'NEWOBJ',
      'EXT1',
      'EXT2',
    ],
    ...['EXT4', 'LONG4', 'BINUNICODE8', 'EMPTY_SET', 'ADDITEMS', 'FROZENSET', 'NEWOBJ_EX', 'BYTEARRAY8'],
    ...['NEXT_BUFFER', 'READONLY_BUFFER'],
  ]
  test.each(refused)('opcode %s by its name', (name) => {
    expect(() => read('K\x01', opcodeName.indexOf(name))).toThrow(
      new DataError(`pickle: byte 4: expected an opcode of lists of images, got ${name}`),
    )
  })

  test('a byte that is no opcode by its number, and no other than these', () => {
    expect(() => read(0xff)).toThrow('pickle: byte 2: expected an opcode of lists of images, got 0xff')
    const known: string[] = []
    for (const [code, name] of opcodeName.entries()) {
      try {
        read('(', code)
        known.push(name)
      } catch (error) {
        if (!(error as Error).message.includes('expected an opcode of')) known.push(name)
      }
    }
    const named = opcodeName.filter((name) => !name.startsWith('0x'))
    expect(known.toSorted()).toEqual(named.filter((name) => !refused.includes(name)).toSorted())
  })

  test.each([
    ['os\nsystem', 'os.system'],
    ['posix\nsystem', 'posix.system'],
    ['__builtin__\neval', '__builtin__.eval'],
    ['_codecs\nencode', '_codecs.encode'],
    ['numpy.core.multiarray\nscalar', 'numpy.core.multiarray.scalar'],
    ['numpy\nndarray2', 'numpy.ndarray2'],
    ['numpy\ntoString', 'numpy.toString'],
    ['toString\nndarray', 'toString.ndarray'],
    // The right names, parted at another place: Python would look up something else.
    ['numpy\ncore.multiarray._reconstruct', 'numpy.core.multiarray._reconstruct'],
    ['numpy.core\nmultiarray._reconstruct', 'numpy.core.multiarray._reconstruct'],
    ['evil\x1b[31m\r\nname', 'evil?[31m?.name'],
  ])('global %j by its name', (lines, name) => {
    const message = `pickle: byte 2: expected a global of a numpy array (_reconstruct, ndarray, dtype), got ${name}`
    expect(() => read(`c${lines}\n`)).toThrow(new DataError(message))
    const [module, attribute] = lines.split('\n') as [string, string]
    const text = (part: string) => `\x8c${String.fromCharCode(part.length)}${part}`
    const before = text(module) + text(attribute)
    expect(() => read(before, '\x93')).toThrow(message.replace('byte 2', `byte ${2 + before.length}`))
  })

  test('a global whose line does not end', () => {
    expect(() => read('c', 'a'.repeat(1000))).toThrow(
      'byte 2: expected a line of at most 255 bytes, got a longer one',
    )
    expect(() => read('cos')).toThrow('byte 2: expected a line')
  })

  test.each([
    [
      'a call of what is no function',
      'cnumpy\nndarray\n)R',
      "expected a call of numpy's _reconstruct or dtype, got one of numpy.ndarray",
    ],
    ['a call of a list', '])R', "expected a call of numpy's _reconstruct or dtype, got one of a list"],
    ['a call without arguments', 'cnumpy\ndtype\nNR', 'expected a tuple of arguments, got None'],
    ['building a list', '])b', 'expected a numpy array or type to build, got a list'],
    [
      'a type of two bytes',
      numpyArray({ type: '\x8c\x02u2' }),
      'expected a numpy type of uint8 or bool (u1, b1), got u2',
    ],
    [
      'a type of objects',
      numpyArray({ type: '\x8c\x01O' }),
      'expected a numpy type of uint8 or bool (u1, b1), got O',
    ],
    [
      'a type by a number',
      numpyArray({ type: 'K\x01' }),
      'expected a numpy type of uint8 or bool (u1, b1), got 1',
    ],
    [
      'a type with fields',
      numpyArray({ state: 'K\x03\x8c\x01|N)NJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00' }),
      'expected the state of a plain numpy type of one byte, got another',
    ],
    [
      'an array of two axes',
      numpyArray({ shape: 'K\x03K\x02\x86' }),
      'expected a numpy array of one axis, [N] or [N, 1], got another shape',
    ],
    [
      'an array of no axis',
      numpyArray({ shape: ')' }),
      'expected a numpy array of one axis, [N] or [N, 1], got another shape',
    ],
    [
      'an array longer than its bytes',
      numpyArray({ shape: 'K\x04\x85' }),
      "expected 4 bytes by the array's shape, got 3",
    ],
    [
      'an array without bytes',
      numpyArray({ data: '\x8c\x03xyz' }),
      'expected the bytes of a numpy array, got text',
    ],
    [
      'an array of another version',
      numpyArray({ version: 'K\x02' }),
      'expected the state of a numpy array (1, shape, type, order, bytes), got another',
    ],
    [
      'an array built twice',
      `${numpyArray()}(K\x01K\x03\x85cnumpy\ndtype\n\x8c\x02u1\x89\x88\x87R\x89C\x03xyztb`,
      'expected one state of a numpy array, got a second',
    ],
    [
      'another class than ndarray',
      numpyArray({ args: 'cnumpy\ndtype\nK\x00\x85C\x01b\x87' }),
      'expected _reconstruct(ndarray, (0,), b"b"), got other arguments',
    ],
  ])('%s', (_, text, message) => {
    expect(() => read(text, '.')).toThrow(DataError)
    expect(() => read(text, '.')).toThrow(message)
  })

  test.each([
    ['SHORT_BINBYTES', 'C\x05abc', 'expected 5 bytes more of SHORT_BINBYTES, got 3'],
    ['BINBYTES', `B${int32(-1)}abc`, 'expected 4294967295 bytes more of BINBYTES, got 3'],
    [
      'BINBYTES8',
      `\x8e${'\xff'.repeat(8)}abc`,
      'expected 18446744073709552000 bytes more of BINBYTES8, got 3',
    ],
    ['BINSTRING', `T${int32(-1)}abc`, 'expected a length of 0 or more, got -1'],
    ['BINUNICODE', `X${int32(1e9)}abc`, 'expected 1000000000 bytes more of BINUNICODE, got 3'],
    ['FRAME', `\x95${'\xff'.repeat(8)}N.`, 'expected a frame of at most 2 bytes, got 18446744073709552000'],
    ['LONG1', '\x8a\xff', 'expected an integer of at most 6 bytes, got 255'],
    ['BININT', 'J\x01', 'expected 4 bytes more of BININT, got 1'],
  ])('a length that exceeds the file: %s', (_, text, message) => {
    expect(() => read(text)).toThrow(new DataError(`pickle: byte 2: ${message}`))
  })

  test.each([
    ['nothing', Buffer.alloc(0), 'byte 0: expected a pickle of protocol 2 to 5, got no PROTO at its start'],
    [
      'protocol 0',
      Buffer.from('(lp0\n.'),
      'byte 0: expected a pickle of protocol 2 to 5, got no PROTO at its start',
    ],
    ['protocol 1 with PROTO', Buffer.from([0x80, 1, 78, 46]), 'byte 0: expected protocol 2 to 5, got 1'],
    ['protocol 6', Buffer.from([0x80, 6, 78, 46]), 'byte 0: expected protocol 2 to 5, got 6'],
    ['a second PROTO', pickle('\x80\x03N.'), 'byte 2: expected PROTO at the start alone, got another'],
    ['no end', pickle('N'), 'byte 3: expected STOP, got the end of the file'],
    ['an empty stack', pickle('.'), 'byte 2: expected a value on the stack, got none'],
    ['two values', pickle('NN.'), 'byte 4: expected one value at STOP, got more'],
    ['an open MARK', pickle('(N.'), 'byte 4: expected one value at STOP, got more'],
    ['bytes after the end', pickle('N.abc'), 'byte 3: expected the end of the file after STOP, got 3 bytes'],
    ['TUPLE without MARK', pickle('Nt.'), 'byte 3: expected a MARK before it, got none'],
    ['values from below a MARK', pickle('N(\x85.'), 'byte 4: expected a value on the stack, got none'],
    ['appending to a tuple', pickle(')Na.'), 'byte 4: expected a list to append to, got a tuple'],
    ['a memo that is not there', pickle('h\x07.'), 'byte 2: expected a value in memo 7, got none'],
    ['a name that is no text', pickle('NN\x93.'), 'byte 4: expected text as name of a global, got None'],
  ])('%s', (_, bytes, message) => {
    expect(() => unpickle(bytes, { where: 'x.bin' })).toThrow(new DataError(`x.bin: ${message}`))
  })

  test('more opcodes than memory is meant for', () => {
    expect(() => unpickle(pickle(']'.repeat(100)), { maxOpcodes: 50 })).toThrow(
      'expected at most 50 opcodes, got more',
    )
  })
})

describe('unpickle(bytes) on what Python writes', () => {
  const { cases } = JSON.parse(
    readFileSync(new URL('../../test/fixtures/verification-bins.json', import.meta.url), 'utf8'),
  ) as { cases: { name: string; protocol: number; file: string }[] }
  const of = (name: string, protocol: number): Uint8Array =>
    Buffer.from(cases.find((one) => one.name === name && one.protocol === protocol)!.file, 'base64')

  test.each([
    ['os.system', 2, 'posix.system'],
    ['os.system', 4, 'posix.system'],
    ['bytes', 2, '_codecs.encode'],
    ['numpy images', 5, 'numpy._core.numeric._frombuffer'],
    ['numpy scalars', 3, 'numpy._core.multiarray.scalar'],
    ['eval', 4, 'builtins.eval'],
    ['numpy int64 labels', 3, 'got i8'],
    ['a dictionary', 4, 'got EMPTY_DICT'],
    ['a set', 4, 'got EMPTY_SET'],
    ['floats', 4, 'got BINFLOAT'],
    ['bytearrays', 5, 'got BYTEARRAY8'],
    ['numpy images in two axes', 3, 'one axis'],
    ['bytes', 0, 'got no PROTO'],
    ['bytes', 1, 'got no PROTO'],
  ])('refuses %s of protocol %i by name: %s', (name, protocol, message) => {
    expect(() => unpickle(of(name, protocol))).toThrow(DataError)
    expect(() => unpickle(of(name, protocol))).toThrow(message)
  })
})
