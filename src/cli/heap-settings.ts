/**
 * Environment of a process that trains, where glibc allocates: large blocks stay with the process (it would give them back
 * and fault them in again each step) and lie on huge pages. Nothing elsewhere, or where somebody chose already.
 */
export function heapSettings(): Record<string, string> {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined
  if (process.platform !== 'linux' || !report?.header?.glibcVersionRuntime || process.env.GLIBC_TUNABLES)
    return {}
  const most = String(16 * 2 ** 30)
  return {
    GLIBC_TUNABLES: `glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=${most}:glibc.malloc.trim_threshold=${most}`,
  }
}
