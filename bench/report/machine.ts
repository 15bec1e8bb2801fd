import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { browserVersion } from '../hosts/chromium.ts'
import type { Machine } from '../record.ts'

export async function readMachine(): Promise<Machine> {
  const cores = cpus()
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    chromium: await browserVersion(),
    load: loadavg()[0] ?? 0,
  }
}
