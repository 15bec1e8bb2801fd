import { connect } from 'annals'
import { schema } from './annals-schema.ts'
import { annalsSession } from './annals-session.ts'
import type { OpenOptions, Session } from './system.ts'

let worker: Worker | undefined

/** Starts the worker and waits until its script has run, so that opening is timed from there, as it is for the others. */
export function ready(): Promise<void> {
  const starting = new Worker(new URL('./annals-worker.ts', import.meta.url), { type: 'module' })
  worker = starting
  return new Promise((resolve, reject) => {
    starting.onerror = (event) => reject(new Error(event.message))
    starting.addEventListener('message', () => resolve(), { once: true })
  })
}

export async function open({ name, countIndexed }: OpenOptions): Promise<Session> {
  const conn = await connect(name, { schema: schema(countIndexed), worker: startedWorker })
  return annalsSession(conn)
}

function startedWorker(): Worker {
  if (worker === undefined) throw new Error('the worker is not started')
  return worker
}
