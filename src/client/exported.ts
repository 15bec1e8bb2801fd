import type { ExportOptions } from '../api/backup.ts'
import type { WorkerLink } from './worker-link.ts'

/** The pieces of a backup that a worker makes of its connection `number`, as they are asked for. */
export async function* exported(
  open: () => WorkerLink | Promise<WorkerLink>,
  number: number,
  options: ExportOptions,
): AsyncGenerator<Uint8Array> {
  const link = await open()
  const ticket = await link.call('exportBegin', number, options)
  try {
    for (;;) {
      const bytes = await link.call('exportNext', ticket)
      if (bytes === undefined) return
      yield bytes
    }
  } finally {
    link.call('exportEnd', ticket).catch(() => undefined)
  }
}
