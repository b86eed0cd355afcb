/** A kind of device that the runtime can compute on. */
export interface Provider {
  readonly name: string
  /** Whether its files come with the package; if not, they are installed apart. */
  readonly bundled: boolean
}

/** The providers that this build of the runtime knows. @throws Error where the runtime cannot be loaded at all */
export async function providers(): Promise<readonly Provider[]> {
  const { listSupportedBackends } = await import('onnxruntime-node')
  return listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }))
}
