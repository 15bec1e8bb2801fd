// Tells which tests passed only when they were tried again: real browsers do not always do what they are asked the first time, and
// nobody should take that for a test that simply passed.

/** A reporter of vitest's. */
export default class SecondTries {
  /** @type {string[]} */
  #flaky = []

  onTestCaseResult(/** @type {import('vitest/node').TestCase} */ test) {
    if (test.diagnostic()?.flaky) this.#flaky.push(`${test.module.relativeModuleId} > ${test.fullName}`)
  }

  onTestRunEnd() {
    for (const name of this.#flaky) console.log(`passed only when tried again: ${name}`)
  }
}
