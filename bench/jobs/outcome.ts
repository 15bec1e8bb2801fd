import type { Job, JobResult } from './job.ts'
import { messageOf } from './message-of.ts'
import { runJob } from './run-job.ts'

/** What comes back from a worker or a process that did a job. */
export type Outcome = { readonly result: JobResult } | { readonly error: string }

export async function outcomeOf(job: Job): Promise<Outcome> {
  try {
    return { result: await runJob(job) }
  } catch (error) {
    return { error: messageOf(error) }
  }
}
