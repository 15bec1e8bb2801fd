import { type ConnectOptions, connect } from 'annals'
import { schema } from './annals-schema.ts'
import { annalsSession } from './annals-session.ts'
import { untilStored } from './annals-stored.ts'
import type { Adapter, OpenOptions, Session } from './system.ts'

type Settings = Pick<ConnectOptions, 'durability'> & {
  /** Whether the bench's own server follows. */
  readonly synced?: boolean
}

/** annals as an app has it: the page's connection, and behind it a worker over IndexedDB. */
export function annalsWith({ durability = 'relaxed', synced = false }: Settings): Adapter {
  let worker: Worker | undefined
  const started = (): Worker => {
    if (worker === undefined) throw new Error('the worker is not started')
    return worker
  }
  return {
    /** Starts the worker and waits until its script has run, so that opening is timed from there, as it is for the others. */
    ready() {
      const starting = new Worker(new URL('./annals-worker.ts', import.meta.url), { type: 'module' })
      worker = starting
      return new Promise((resolve, reject) => {
        starting.onerror = (event) => reject(new Error(event.message))
        starting.addEventListener('message', () => resolve(), { once: true })
      })
    },
    async open({ name, countIndexed }: OpenOptions): Promise<Session> {
      const conn = await connect(name, {
        schema: schema(countIndexed),
        worker: started,
        durability,
        ...(synced && { sync: { url: `/sync/${name}` } }),
      })
      return {
        ...annalsSession(conn),
        async settle() {
          if (synced) await conn.sync.flush()
          return untilStored(name)
        },
      }
    },
  }
}
