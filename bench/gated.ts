/**
 * Starts a training that passes `gate` before each batch, and gives what lets it do `count` steps more: the trainer gets a
 * batch for each piece of work that was asked for, and says when it is done.
 */
export function gated(
  start: (gate: () => Promise<void>) => Promise<unknown>,
): (count: number) => Promise<void> {
  let allowed = 0
  let open = (): void => {}
  let finished = (): void => {}
  const gate = async (): Promise<void> => {
    while (allowed === 0) {
      finished()
      await new Promise<void>((resolve) => {
        open = resolve
      })
    }
    allowed--
  }
  start(gate).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
  return (count) =>
    new Promise((resolve) => {
      finished = resolve
      allowed = count
      open()
    })
}
