import type { Adapter } from '../systems/system.ts'
import { ACROSS_SYSTEMS, LIVE_SYSTEMS, QUERY_SYSTEMS, STORAGE_SYSTEMS } from '../systems/systems.ts'
import { runAcross } from './across.ts'
import type { Job, JobResult } from './job.ts'
import { runLive } from './live.ts'
import { runQueries } from './queries.ts'
import { runCold, runImport, runWrite } from './storage.ts'

/** Loads the system that a job names, and does the job in this very thread. */
export async function runJob(job: Job): Promise<JobResult> {
  switch (job.kind) {
    case 'queries':
      return runQueries(await load(QUERY_SYSTEMS, job.system), job)
    case 'history':
      // Of annals alone: no other system here has a past. Loaded late, as the systems are.
      return (await import('./history.ts')).runHistory(job)
    case 'import':
      return runImport(await load(STORAGE_SYSTEMS, job.system), job)
    case 'write':
      return runWrite(await load(STORAGE_SYSTEMS, job.system), job)
    case 'cold':
      return runCold(await load(STORAGE_SYSTEMS, job.system), job)
    case 'live':
      return runLive(await load([...STORAGE_SYSTEMS, ...LIVE_SYSTEMS], job.system), job)
    case 'across':
      return runAcross(await find(ACROSS_SYSTEMS, job.system).load(), job)
  }
}

async function load(
  systems: readonly { name: string; load: () => Promise<Adapter> }[],
  name: string,
): Promise<Adapter> {
  const adapter = await find(systems, name).load()
  await adapter.ready?.()
  return adapter
}

export function find<T extends { readonly name: string }>(systems: readonly T[], name: string): T {
  const found = systems.find((system) => system.name === name)
  if (found === undefined) throw new RangeError(`no system ${name}`)
  return found
}
