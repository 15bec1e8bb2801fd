import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Outcome } from '../jobs/outcome.ts'
import { type Place, withPatience } from './host.ts'

/** A process of its own. Collections can be forced there, so that memory can be weighed. */
export async function openNode(): Promise<Place> {
  const child = fork(fileURLToPath(new URL('./node-child.mjs', import.meta.url)), { execArgv: ['--expose-gc'] })
  const ended = once(child, 'exit')
  return {
    async run(job) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process has ended')
      child.send(job)
      const died = ended.then(() => {
        throw new Error('the process ended before it answered')
      })
      const [outcome] = (await withPatience(job, Promise.race([once(child, 'message'), died]), () => child.kill())) as [
        Outcome,
      ]
      if ('error' in outcome) throw new Error(outcome.error)
      return outcome.result
    },
    async close() {
      child.kill()
      await ended
    },
  }
}
