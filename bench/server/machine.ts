import { cpus, loadavg } from 'node:os'

export interface Machine {
  readonly day: string
  readonly node: string
  readonly cpu: string
  readonly cores: number
  /** Processes that wanted a processor in the last minute, before anything was measured. */
  readonly load: number
}

export const machine = (): Machine => ({
  day: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
})
