// One run of vitest, and how many tests passed and failed in it.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { env, platform } from 'node:process'
import { root } from './entries.mjs'

/**
 * `failed` is at least 1 when vitest failed: a file that does not load fails no test.
 *
 * @param {string} results the JSON report's path within the repository
 * @param {string[]} args
 * @returns {{ passed: number, failed: number }}
 */
export function runVitest(results, args = [], more = {}) {
  rmSync(root + results, { force: true })
  const reporters = ['default', 'json', './scripts/second-tries.mjs'].map((name) => `--reporter=${name}`)
  const command = ['--no-install', 'vitest', 'run', ...args, ...reporters, `--outputFile.json=${results}`]
  // npx is a script on Windows, which only a shell starts.
  const options = { cwd: root, stdio: /** @type {const} */ ('inherit'), shell: platform === 'win32' }
  const ok = spawnSync('npx', command, { ...options, env: { ...env, ...more } }).status === 0
  const { numPassedTests, numFailedTests } = readResults(root + results)
  return { passed: numPassedTests, failed: Math.max(numFailedTests, ok ? 0 : 1) }
}

/** @returns {{ numPassedTests: number, numFailedTests: number }} */
function readResults(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 }
  }
}
