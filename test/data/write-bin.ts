/** The bytes of a `.bin` of verification pairs as Python's pickle writes it, protocol 3: images as bytes, labels as booleans. */
export function writeBin(images: readonly Uint8Array[], same: readonly boolean[]): Uint8Array {
  const ascii = (text: string) => Buffer.from(text, 'latin1')
  const length = (bytes: number) => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(bytes)
    return size
  }
  return Buffer.concat([
    ascii('\x80\x03]('),
    ...images.flatMap((image) => [ascii('B'), length(image.length), image]),
    ascii('e]('),
    ...same.map((one) => ascii(one ? '\x88' : '\x89')),
    ascii('e\x86.'),
  ])
}
