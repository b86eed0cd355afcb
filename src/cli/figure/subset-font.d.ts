declare module 'subset-font' {
  /** The part of a font that `text` needs. */
  export default function subsetFont(
    font: Buffer,
    text: string,
    options: { readonly targetFormat: 'woff2' | 'woff' | 'truetype' },
  ): Promise<Buffer>
}
