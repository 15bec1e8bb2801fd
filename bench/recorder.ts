import type { JobResult } from './jobs/job.ts'
import { messageOf } from './jobs/message-of.ts'
import type { Results, Sample, Trouble } from './record.ts'

const NAMING = ['host', 'group', 'workload', 'system', 'run'] as const

type Where = Pick<Sample, 'host' | 'group' | 'system'>

/** Collects what the runs bring. Run 0 warms up: its numbers are dropped, its troubles are not. */
export class Recorder {
  samples: Sample[]
  readonly troubles: Trouble[]
  /** Names of the turns that were made. */
  readonly done: Set<string>

  /** Goes on from what was recorded `before`. */
  constructor(before?: Pick<Results, 'samples' | 'troubles' | 'done'>) {
    this.samples = [...(before?.samples ?? [])]
    this.troubles = [...(before?.troubles ?? [])]
    this.done = new Set(before?.done)
  }

  results(): Pick<Results, 'samples' | 'troubles' | 'done'> {
    return { samples: this.samples, troubles: this.troubles, done: [...this.done] }
  }

  /** Does `work` and keeps its figures under their names followed by `suffix`; what goes wrong is kept too. */
  async record(
    where: Where,
    run: number,
    suffix: string,
    work: () => Promise<JobResult>,
  ): Promise<JobResult | undefined> {
    const { host, system } = where
    try {
      const result = await work()
      for (const { name, value } of result.figures) {
        if (run > 0) this.add({ ...where, workload: withSuffix(name, suffix), run, value })
      }
      for (const { name, message } of result.failures ?? []) {
        this.trouble({ host, system, workload: withSuffix(name, suffix), message })
      }
      return result
    } catch (error) {
      this.trouble({ host, system, workload: withSuffix(where.group, suffix), message: messageOf(error) })
      return undefined
    }
  }

  /** A turn that was broken off is made again: what it left is no second sample. */
  private add(sample: Sample): void {
    const isSame = (other: Sample): boolean => NAMING.every((key) => other[key] === sample[key])
    this.samples = [...this.samples.filter((other) => !isSame(other)), sample]
  }

  /** Once is enough for what goes wrong in every run. */
  private trouble(trouble: Trouble): void {
    const known = this.troubles.some(
      ({ host, system, workload, message }) =>
        host === trouble.host &&
        system === trouble.system &&
        workload === trouble.workload &&
        message === trouble.message,
    )
    if (known) return
    this.troubles.push(trouble)
    console.error(`  ! ${trouble.system}, ${trouble.workload}: ${trouble.message}`)
  }
}

const withSuffix = (name: string, suffix: string): string => (suffix === '' ? name : `${name} ${suffix}`)
