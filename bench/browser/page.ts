import type { Job, JobResult } from '../jobs/job.ts'
import type { Outcome } from '../jobs/outcome.ts'
import { LIVE_SYSTEMS, STORAGE_SYSTEMS } from '../systems/systems.ts'
import type { WorkerAnswer } from './worker-answer.ts'

/** WebAssembly memory of the worker of the last job. */
let wasmBytes = 0

/** What the driver calls in this page. */
const bench = {
  async run(job: Job): Promise<JobResult> {
    const outcome = fromPage(job) ? await inPage(job) : await inWorker(job)
    if ('error' in outcome) throw new Error(outcome.error)
    return outcome.result
  },
  /** Bytes of JavaScript and WebAssembly memory of this page and its workers. */
  async memory(): Promise<number> {
    const { measureUserAgentSpecificMemory } = performance as Performance & {
      measureUserAgentSpecificMemory?: () => Promise<{ readonly bytes: number }>
    }
    if (measureUserAgentSpecificMemory === undefined) throw new Error('the page is not isolated')
    return (await measureUserAgentSpecificMemory.call(performance)).bytes + wasmBytes
  },
}
export type Bench = typeof bench
Object.assign(globalThis, { bench })

function fromPage(job: Job): boolean {
  if (job.kind === 'across') return true
  // Of systems in this very thread, which is to be a worker's.
  if (job.kind === 'queries' || job.kind === 'history') return false
  return [...STORAGE_SYSTEMS, ...LIVE_SYSTEMS].some(({ name, from }) => name === job.system && from === 'page')
}

async function inPage(job: Job): Promise<Outcome> {
  const { outcomeOf } = await import('../jobs/outcome.ts')
  return outcomeOf(job)
}

async function inWorker(job: Job): Promise<Outcome> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message || 'the worker did not load'))
    worker.postMessage(job)
  })
  // A cold open leaves its database open to be weighed.
  if (job.kind !== 'cold') worker.terminate()
  wasmBytes = answer.wasmBytes
  return answer.outcome
}
