// Finds the Chromium that tests drive, or installs one. Run by itself it prints the path.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { argv, env, exit, getuid, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** Where an installed browser lies when it is not on the PATH. */
const PLACES = {
  linux: ['/usr/bin/chromium', '/usr/bin/google-chrome', '/snap/bin/chromium'],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].flatMap((folder) =>
    folder
      ? [join(folder, 'Google/Chrome/Application/chrome.exe'), join(folder, 'Chromium/Application/chrome.exe')]
      : [],
  ),
}

const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
]

/** The path of a browser that starts: CHROME_PATH, else an installed one, else Playwright's download; else undefined. */
export function findBrowser() {
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => COMMANDS.map((name) => join(folder, name)))
  const places = PLACES[/** @type {keyof typeof PLACES} */ (platform)] ?? []
  const candidates = [env.CHROME_PATH, ...onPath, ...places, chromium.executablePath()]
  return candidates.find((path) => path && existsSync(path) && starts(path))
}

/** Options for `chromium.launch` and for Vitest's Playwright provider. Chromium's sandbox refuses to run as root. */
export function launchOptions() {
  const executablePath = findBrowser()
  const args = getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS
  return executablePath === undefined ? { args } : { executablePath, args }
}

/** A path that exists may still be a stub that asks for a snap, or lack its libraries; chrome.exe knows no --version. */
function starts(/** @type {string} */ path) {
  return platform === 'win32' || spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0
}

function install() {
  const run = (/** @type {string} */ command, /** @type {string[]} */ args) =>
    spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  const playwright = fileURLToPath(new URL('../node_modules/playwright-core/cli.js', import.meta.url))
  run(process.execPath, [playwright, 'install', 'chromium'])
  const found = findBrowser()
  if (found !== undefined || getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found
  env.DEBIAN_FRONTEND = 'noninteractive'
  if (run('apt-get', ['update', '-qq'])) run('apt-get', ['install', '-y', '-qq', 'chromium'])
  return findBrowser()
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const path = findBrowser() ?? install()
  if (path === undefined) {
    console.error(
      'No Chromium was found, and none could be installed. Install Chromium or Google Chrome, or run ' +
        '`npx playwright-core install --with-deps chromium`, or set CHROME_PATH to a browser you have; then try again.',
    )
    exit(1)
  }
  console.log(`browser: ${path}`)
}
