import type { Job } from '../jobs/job.ts'
import { outcomeOf } from '../jobs/outcome.ts'
import { wasmBytes } from './wasm-memory.ts'
import type { WorkerAnswer } from './worker-answer.ts'

addEventListener('message', async ({ data: job }: MessageEvent<Job>) => {
  const outcome = await outcomeOf(job)
  postMessage({ outcome, wasmBytes: wasmBytes() } satisfies WorkerAnswer)
})
