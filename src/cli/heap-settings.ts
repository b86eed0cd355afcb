/**
 * Environment of a process that trains, where glibc allocates: large blocks stay with the process (it would give them back
 * and fault them in again each step) and lie on huge pages. Nothing elsewhere, or where somebody chose already.
 */
export function heapSettings(): Record<string, string> {
  if (process.platform !== 'linux' || process.env.GLIBC_TUNABLES) return {}
  // Network interfaces would be looked up by name, for seconds where there is no network.
  Object.assign(process.report, { excludeNetwork: true })
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  if (!report.header?.glibcVersionRuntime) return {}
  const most = String(16 * 2 ** 30)
  return {
    GLIBC_TUNABLES: `glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=${most}:glibc.malloc.trim_threshold=${most}`,
  }
}

/** Begins this process anew, under the same number, with the heap's settings: glibc reads them at the start only. */
export function settleHeap(): void {
  const settings = heapSettings()
  if (Object.keys(settings).length === 0 || typeof process.execve !== 'function') return
  const { execPath, execArgv, argv } = process
  process.execve(
    execPath,
    [execPath, '--disable-warning=ExperimentalWarning', ...execArgv, ...argv.slice(1)],
    { ...process.env, ...settings } as NodeJS.ProcessEnv,
  )
}
