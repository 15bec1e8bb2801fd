import { memory, open as openEngine } from 'annals/engine'
import { schema } from './annals-schema.ts'
import { annalsSession } from './annals-session.ts'
import type { OpenOptions, Session } from './system.ts'

/** The engine in this very thread, on memory. */
export async function open({ name, countIndexed }: OpenOptions): Promise<Session> {
  return annalsSession(await openEngine(name, { storage: memory(), schema: schema(countIndexed) }))
}
