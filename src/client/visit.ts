import type { Tenant, WorkerHost } from './worker-host.ts'
import type { WorkerLink } from './worker-link.ts'

let lastVisitor = 0

/** Somebody who has nothing open. */
const VISITOR: Tenant = {
  changed: () => undefined,
  auth: async () => undefined,
  lost: () => undefined,
  settle: async () => undefined,
  failed: () => undefined,
}

/** Uses the worker without a connection in it. Rejects with `client/worker-failed`, `client/worker-died`. */
export async function visit<T>(host: WorkerHost, use: (link: WorkerLink) => Promise<T>): Promise<T> {
  const number = --lastVisitor // connections count upwards
  host.enter(number, VISITOR)
  try {
    return await use(await host.link())
  } finally {
    host.leave(number)
  }
}
