// Everything that must pass, in one command. All steps run, whichever fails; the last line sums up.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { platform } from 'node:process'
import { missingDatabases } from './databases.mjs'
import { root } from './entries.mjs'

const STEPS = ['browser', 'databases', 'types', 'lint', 'imports', 'build', 'size']
const RESULTS = `${root}test-results/vitest.json`

rmSync(RESULTS, { force: true })
const failed = STEPS.filter((step) => !run('npm', 'run', '--silent', step))
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
const tested = run('npx', '--no-install', 'vitest', 'run', ...reporters)

const tests = readResults()
// A file that does not load fails the run without failing a test.
if (!tested && tests.numFailedTests === 0) failed.push('vitest')
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
for (const missing of missingDatabases()) console.log(`not run: the tests on ${missing}`)
const failures = tests.numFailedTests + failed.length
console.log(`\n${tests.numPassedTests} passed, ${failures} failed`)
process.exitCode = failures > 0 ? 1 : 0

function run(/** @type {string} */ command, /** @type {string[]} */ ...args) {
  console.log(`\n> ${[command, ...args].join(' ')}`)
  // npm and npx are scripts on Windows, which only a shell starts.
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: platform === 'win32' }).status === 0
}

/** @returns {{ numPassedTests: number, numFailedTests: number }} */
function readResults() {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 }
  }
}
