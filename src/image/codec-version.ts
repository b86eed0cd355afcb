import sharp from 'sharp'

/** The versions of the library that decodes and encodes pictures, and of the libvips inside it. */
export const codecVersion = (): { readonly sharp: string; readonly libvips: string } => ({
  sharp: sharp.versions.sharp ?? 'unknown',
  libvips: sharp.versions.vips,
})
