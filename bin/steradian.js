#!/usr/bin/env node
// What must be there before the program itself can be read; plain JavaScript, so that an old Node can read this file.
import { existsSync } from 'node:fs'

const needed = '22.12'
const main = new URL('../dist/cli/main.js', import.meta.url)
const refuse = (reason) => {
  process.stderr.write(`steradian: ${reason}\n`)
  process.exit(2)
}

const [major, minor] = process.versions.node.split('.').map(Number)
const [leastMajor, leastMinor] = needed.split('.').map(Number)
if (major < leastMajor || (major === leastMajor && minor < leastMinor))
  refuse(
    `Node ${needed} or newer is needed (a clone brings its own: npx steradian …), got ${process.versions.node}`,
  )
if (!existsSync(main)) refuse('not compiled: npm run build makes dist/cli/main.js, which is missing')
await import(main.href)
