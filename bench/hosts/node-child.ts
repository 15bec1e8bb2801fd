// A process that does one job after another for the driver.
import type { Job } from '../jobs/job.ts'
import { outcomeOf } from '../jobs/outcome.ts'

process.on('message', async (job: Job) => {
  process.send?.(await outcomeOf(job))
})
