import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSession } from '../src/runtime/index.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const { dependencies, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  version: string
}

/** The folders that users import: all that have an index. */
const folders = globSync('src/*/index.ts', { cwd: root })
  .map((file) => dirname(file).replaceAll('\\', '/').slice('src/'.length))
  .sort()
const subpaths = [...folders, 'errors']

/** What npm that runs these tests says to its scripts is not for another npm. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))

/** Runs a command and gives what it printed. @throws Error with all it said where it fails */
function run(command: string, args: readonly string[], { cwd }: { cwd: string }): string {
  // npm is a script on Windows.
  const shell = process.platform === 'win32' && command === 'npm'
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, shell, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: exit ${status}\n${stdout}\n${stderr}`)
  return stdout
}

/** Packs a copy of the clone as it is now, compiled by its own scripts; `dist` of the clone stays as it is. */
function pack(clone: string): string[] {
  mkdirSync(clone)
  for (const name of readdirSync(root))
    if (/^(src|bin|recipes|LICENSE|.*\.md|package\.json|tsconfig.*\.json)$/.test(name))
      cpSync(join(root, name), join(clone, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction')
  run('npm', ['pack'], { cwd: clone })
  const tarball = `steradian-${version}.tgz`
  return run('tar', ['-tzf', tarball], { cwd: clone })
    .trim()
    .split('\n')
    .map((file) => file.slice('package/'.length))
    .sort()
}

/** Makes an empty TypeScript project and installs the package there, with the clone's dependencies, for want of a network. */
function install(project: string, tarball: string): void {
  const tools = ['typescript', '@types/node']
  for (const name of [...Object.keys(dependencies), ...tools]) {
    const place = join(project, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), place, 'junction')
  }
  const devDependencies = Object.fromEntries(tools.map((name) => [name, '*']))
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', devDependencies }),
  )
  run('npm', ['install', tarball, '--ignore-scripts', '--offline', '--no-audit', '--no-fund'], {
    cwd: project,
  })
}

/** The program of the README, with the imports of the example that it shortens. */
function readmeProgram(): string {
  const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8'))!
  const example = readFileSync(join(root, 'examples/custom-margin.ts'), 'utf8')
  return `${example.match(/^import .*$/gm)!.join('\n')}\n${code}`
}

describe('npm pack', () => {
  let folder = ''
  let files: readonly string[] = []
  const project = () => join(folder, 'project')

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'steradian-package-'))
    files = pack(join(folder, 'clone'))
    mkdirSync(project())
    install(project(), join(folder, 'clone', `steradian-${version}.tgz`))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('packs programs, types, recipes and papers, and nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'bin/steradian.js']
    const rest = files.filter(
      (file) => !papers.includes(file) && !/^(dist\/.*\.(js|d\.ts)|recipes\/.*\.(json|md))$/.test(file),
    )
    expect(rest).toEqual([])
    expect(files).toEqual(
      expect.arrayContaining([
        ...papers,
        'dist/runtime/node-worker.js',
        'recipes/yardstick.json',
        ...folders.flatMap((name) => [`dist/${name}/index.js`, `dist/${name}/index.d.ts`]),
      ]),
    )
    expect(files.filter((file) => file.includes('.test.'))).toEqual([])
  })

  it('a strict project that also checks its libraries compiles every folder, the example and the README', () => {
    const modules = subpaths.map((name, i) => `import * as m${i} from 'steradian/${name}'`)
    const counts = subpaths.map((name, i) => `['${name}', Object.keys(m${i}).length]`)
    writeFileSync(
      join(project(), 'every-folder.ts'),
      `${modules.join('\n')}\nconsole.log(JSON.stringify([${counts}]))\n`,
    )
    cpSync(join(root, 'examples/custom-margin.ts'), join(project(), 'custom-margin.ts'))
    writeFileSync(join(project(), 'readme.ts'), readmeProgram())
    writeFileSync(
      join(project(), 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...{ target: 'es2023', module: 'nodenext', outDir: 'out', types: ['node'] },
          ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
          skipLibCheck: false,
        },
      }),
    )
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: project() })
    const loaded = JSON.parse(run(process.execPath, ['out/every-folder.js'], { cwd: project() })) as [
      string,
      number,
    ][]
    expect(loaded.map(([name]) => name)).toEqual(subpaths)
    expect(loaded.filter(([, count]) => count === 0)).toEqual([])
  })

  it('the example trains a few steps there and leaves a model that embeds', async () => {
    const printed = run(process.execPath, ['out/custom-margin.js', '2'], { cwd: project() })
    const steps = printed.trim().split('\n')
    expect(steps.map((line) => line.split(' ')[0])).toEqual(['1', '2'])
    expect(steps.every((line) => Number(line.split(' ')[1]) > 0)).toBe(true)

    const session = await createSession(join(project(), 'model.onnx'))
    try {
      const data = Uint8Array.from({ length: 56 * 48 * 3 }, (_, i) => i % 256)
      const { embedding } = await session.run({ image: { type: 'uint8', shape: [1, 56, 48, 3], data } })
      expect(embedding!.shape).toEqual([1, 64])
      expect(Math.hypot(...(embedding!.data as Float32Array))).toBeCloseTo(1, 5)
    } finally {
      await session.close()
    }
  })

  it('the command line starts there', () => {
    const command = join(project(), 'node_modules/.bin/steradian')
    expect(existsSync(command)).toBe(true)
    const said =
      process.platform === 'win32'
        ? run(process.execPath, ['node_modules/steradian/bin/steradian.js', '--version'], { cwd: project() })
        : run(command, ['--version'], { cwd: project() })
    expect(said.trim()).toBe(version)
  })
})
