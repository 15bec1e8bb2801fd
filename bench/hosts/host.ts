import type { Job, JobResult } from '../jobs/job.ts'

/** A place where jobs of one system run one after another, fresh for each. */
export interface Place {
  run(job: Job): Promise<JobResult>
  close(): Promise<void>
}

/** Milliseconds after which a job is given up. */
const PATIENCE_MS = 600_000

/** Rejects, after `giveUp`, when the answer takes too long. */
export async function withPatience<T>(job: Job, answer: Promise<T>, giveUp: () => void): Promise<T> {
  let late: NodeJS.Timeout | undefined
  const given = new Promise<never>((_, reject) => {
    late = setTimeout(() => {
      giveUp()
      reject(new Error(`${job.system}: ${job.kind} took over ${PATIENCE_MS / 1_000} s`))
    }, PATIENCE_MS)
  })
  try {
    return await Promise.race([answer, given])
  } finally {
    clearTimeout(late)
  }
}
