import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchOptions } from '../scripts/browser.mjs'
import { root } from '../scripts/entries.mjs'

/** What a user's first app looks like: the default worker, and beside it a worker of its own. */
const APP: Record<string, string> = {
  'package.json': '{ "name": "shop", "private": true, "type": "module" }',
  'tsconfig.json': `{
    "compilerOptions": {
      "target": "ES2022", "lib": ["ES2023", "DOM"], "types": ["vite/client"], "module": "ESNext",
      "moduleResolution": "bundler", "strict": true, "exactOptionalPropertyTypes": true, "noEmit": true
    },
    "include": ["src"]
  }`,
  'index.html': `<!doctype html>
    <link rel="icon" href="data:,">
    <output id="default"></output>
    <output id="own"></output>
    <script type="module" src="/src/main.ts"></script>`,
  'src/main.ts': `
    import { connect, defineSchema } from 'annals'
    const schema = defineSchema({
      'inv/sku': { type: 'string', unique: 'identity' },
      'inv/count': { type: 'long' },
    })
    const worker = () => new Worker(new URL('./db.worker.ts', import.meta.url), { type: 'module' })
    for (const [name, options] of [['default', { schema }], ['own', { schema, worker }]] as const) {
      const conn = await connect(name, options)
      await conn.transact([{ 'inv/sku': name, 'inv/count': 7 }])
      const rows = await conn.db().q('[:find ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]')
      document.getElementById(name)!.textContent = JSON.stringify(rows)
    }`,
  'src/db.worker.ts': `
    import { serve } from 'annals/worker'
    serve({})`,
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}
const folder = mkdtempSync(join(tmpdir(), 'annals-pack-'))
const app = join(folder, 'shop')
const vite = join(app, 'node_modules/vite/bin/vite.js')
// The app is nobody's test: it runs as it would in a user's shell.
const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env
let browser: Browser

function run(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', shell: process.platform === 'win32' })
}

beforeAll(async () => {
  for (const [path, text] of Object.entries(APP)) {
    mkdirSync(join(app, path, '..'), { recursive: true })
    writeFileSync(join(app, path), text)
  }
  run(root, 'npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder)
  const tarball = join(folder, `annals-${manifest.version}.tgz`)
  run(app, 'npm', 'install', '--silent', '--prefer-offline', tarball, 'vite@^8')
  browser = await chromium.launch(launchOptions())
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Starts a Vite server, opens the app in it and returns what it shows and what it complains of. */
async function open(...args: string[]): Promise<{ shown: (string | null)[]; complaints: string[] }> {
  const server = spawn(process.execPath, [vite, ...args, '--host', '127.0.0.1'], { cwd: app, env })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = ''
      const listen = (chunk: Buffer): void => {
        said += stripVTControlCharacters(String(chunk))
        const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)
        if (found) resolve(found[0])
      }
      server.stdout.on('data', listen)
      server.stderr.on('data', listen)
      server.on('exit', () => reject(new Error(`vite ended: ${said}`)))
    })
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(url)
    const shown = []
    for (const id of ['default', 'own']) {
      const output = page.locator(`#${id}:not(:empty)`)
      await output.waitFor({ timeout: 20_000 }).catch(() => complaints.push(`#${id} stays empty`))
      shown.push(await page.locator(`#${id}`).textContent())
    }
    await page.close()
    return { shown, complaints }
  } finally {
    server.kill()
  }
}

const WELL = { shown: ['[["default",7]]', '[["own",7]]'], complaints: [] }

interface Installed {
  /** Absent where an optional peer is not installed. */
  readonly version?: string
  readonly dependencies?: Record<string, Installed>
}

/** The names of everything that a package brings with it. */
function below(installed: Installed | undefined): string[] {
  return Object.entries(installed?.dependencies ?? {}).flatMap(([name, its]) =>
    its.version === undefined ? [] : [name, ...below(its)],
  )
}

it('brings its declared dependencies and nothing else', () => {
  const shop = JSON.parse(run(app, 'npm', 'ls', '--json', '--all')) as Installed
  expect(below(shop.dependencies?.annals).sort()).toEqual(Object.keys(manifest.dependencies).sort())
})

it('type-checks against the published types', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  expect(run(app, process.execPath, tsc, '-p', app)).toBe('')
})

it('works in vite dev', async () => {
  expect(await open('--port', '4173')).toEqual(WELL)
})

it('works in vite build and preview', async () => {
  run(app, process.execPath, vite, 'build', '--logLevel', 'error')
  expect(await open('preview', '--port', '4273')).toEqual(WELL)
})
