// Everything that must pass, in one command. All steps run, whichever fails; the last line sums up.
import { spawnSync } from 'node:child_process'
import { platform } from 'node:process'
import { missingDatabases } from './databases.mjs'
import { root } from './entries.mjs'
import { runVitest } from './run-vitest.mjs'

const STEPS = ['browser', 'databases', 'types', 'lint', 'imports', 'build', 'size']

const failed = STEPS.filter((step) => !run(step))
console.log('\n> vitest run')
const tests = runVitest('test-results/vitest.json')

if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
for (const missing of missingDatabases()) console.log(`not run: the tests on ${missing}`)
const failures = tests.failed + failed.length
console.log(`\n${tests.passed} passed, ${failures} failed`)
process.exitCode = failures > 0 ? 1 : 0

function run(/** @type {string} */ step) {
  console.log(`\n> npm run ${step}`)
  // npm is a script on Windows, which only a shell starts.
  const options = { cwd: root, stdio: /** @type {const} */ ('inherit'), shell: platform === 'win32' }
  return spawnSync('npm', ['run', '--silent', step], options).status === 0
}
