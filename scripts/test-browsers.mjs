// The storage's tests in the other engines: Chromium over SQLite, Firefox, WebKitGTK. What is not on this machine is not run, and
// said so; with --install, Debian's packages are fetched first, where that is allowed.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { argv, env, getuid } from 'node:process'
import { root } from './entries.mjs'

const ENGINES = [
  { name: 'chromium-sqlite', needs: [] },
  { name: 'firefox', needs: ['firefox-esr'] },
  { name: 'webkit', needs: ['xvfb-run', 'WebKitWebDriver'] },
]
const PACKAGES = ['firefox-esr', 'webkit2gtk-driver', 'xvfb', 'xauth']
const RESULTS = `${root}test-results/browsers.json`

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
  rmSync(RESULTS, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
  const ok = run('npx', ['--no-install', 'vitest', 'run', '--project', 'browser', ...reporters], {
    ANNALS_ENGINE: name,
  })
  const tests = readResults()
  passed += tests.numPassedTests
  failed += Math.max(tests.numFailedTests, ok ? 0 : 1)
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function has(/** @type {string} */ command) {
  return spawnSync('which', [command], { stdio: 'ignore' }).status === 0
}

function run(/** @type {string} */ command, /** @type {string[]} */ args, more = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...env, ...more } }).status === 0
}

/** @returns {{ numPassedTests: number, numFailedTests: number }} */
function readResults() {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 }
  }
}
