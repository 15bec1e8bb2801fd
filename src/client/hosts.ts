import { AnnalsError } from '../base/errors.ts'
import { startDefaultWorker } from './default-worker.ts'
import { WorkerHost } from './worker-host.ts'

/** By the function that starts the worker. Also what keeps a worker's channel from being collected while it is in use. */
const hosts = new Map<() => Worker, WorkerHost>()

/** The one host of all that share a worker. Throws `client/no-worker`. */
export function hostOf(create: (() => Worker) | undefined): WorkerHost {
  if (typeof Worker === 'undefined' && create === undefined) throw noWorker()
  const start = create ?? startDefaultWorker
  let host = hosts.get(start)
  if (host === undefined) {
    host = new WorkerHost(start, () => {
      hosts.delete(start)
    })
    hosts.set(start, host)
  }
  return host
}

const noWorker = (): AnnalsError =>
  new AnnalsError(
    'client/no-worker',
    "There are no Web Workers here (Node, or server rendering?). Open the database in this thread: import { open, memory } from 'annals/engine'",
  )
