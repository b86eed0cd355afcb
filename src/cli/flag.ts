/** The flag of an option on the command line: `marginRamp` is `--margin-ramp`. */
export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`
