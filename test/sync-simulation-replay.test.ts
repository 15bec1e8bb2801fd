import { expect, it } from 'vitest'
import { runSeed } from './support/simulation/run-seed.ts'

// In a file of its own: what runs first in a process must be no other than what runs later.
it('a seed makes the same history, whatever ran before it', async () => {
  const alone = await runSeed(4)
  await runSeed(7)
  expect(await runSeed(4)).toEqual(alone)
})
