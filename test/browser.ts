import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium as launcher } from 'playwright-core'

/** Whether the Chromium of the dev dependencies runs here: it is built for Linux on x64 alone. */
export const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

/**
 * Starts the headless Chromium of the dev dependencies, unpacked into a folder of its own: tests that run beside each other
 * would find each other's half-written files. It brings its own libraries and fonts, for a bare machine has neither.
 */
export async function launchBrowser(
  args: readonly string[] = [],
): Promise<{ browser: Browser; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'steradian-browser-'))
  const removed = () => rm(folder, { recursive: true, force: true })
  const before = { ...process.env }
  try {
    // The package unpacks to the temporary folder, and its libraries only where it takes the machine for a bare one.
    process.env.TMPDIR = folder
    process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs24.x'
    const { default: chromium } = await import('@sparticuz/chromium')
    const executablePath = await chromium.executablePath()
    // One process and no zygote are for its home; here they end the browser with its first page.
    const own = chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote')
    const browser = await launcher.launch({
      executablePath,
      args: [
        ...own,
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        ...args,
      ],
      env: {
        ...Object.fromEntries(
          Object.entries(before).filter((entry): entry is [string, string] => entry[1] !== undefined),
        ),
        HOME: folder,
        LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
        FONTCONFIG_PATH: join(folder, 'fonts'),
      },
    })
    return {
      browser,
      close: async () => {
        await browser.close()
        await removed()
      },
    }
  } catch (error) {
    await removed()
    throw error
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
