// The storage's tests in the other engines: Chromium over SQLite, Firefox, WebKitGTK. What is not on this machine is not run, and
// said so; with --install, Debian's packages are fetched first, where that is allowed.
import { spawnSync } from 'node:child_process'
import { argv, getuid } from 'node:process'
import { root } from './entries.mjs'
import { runVitest } from './run-vitest.mjs'

const ENGINES = [
  { name: 'chromium-sqlite', needs: [] },
  { name: 'firefox', needs: ['firefox-esr'] },
  { name: 'webkit', needs: ['xvfb-run', 'WebKitWebDriver'] },
]
const PACKAGES = ['firefox-esr', 'webkit2gtk-driver', 'xvfb', 'xauth']

if (argv.includes('--install') && getuid?.() === 0 && has('apt-get')) {
  run('apt-get', ['update', '--quiet=2'])
  run('apt-get', ['install', '--yes', '--quiet=2', '--no-install-recommends', ...PACKAGES])
}

let passed = 0
let failed = 0
for (const { name, needs } of ENGINES) {
  const missing = needs.filter((command) => !has(command))
  if (missing.length > 0) {
    console.log(`\n> ${name}: not run, for want of ${missing.join(', ')}`)
    continue
  }
  console.log(`\n> ${name}`)
  const tests = runVitest('test-results/browsers.json', ['--project', 'browser'], { ANNALS_ENGINE: name })
  passed += tests.passed
  failed += tests.failed
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function has(/** @type {string} */ command) {
  return spawnSync('which', [command], { stdio: 'ignore' }).status === 0
}

function run(/** @type {string} */ command, /** @type {string[]} */ args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0
}
