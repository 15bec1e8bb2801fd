import { type Connection, memory, open as openEngine } from 'annals/engine'
import { schema } from './annals-schema.ts'
import { annalsSession } from './annals-session.ts'
import type { Adapter, Session } from './system.ts'

/** Where the facts lie when they are asked for: all in segments, all in novelty, or in segments with novelty over them. */
export type State = 'segments' | 'novelty' | 'both'

type Storage = ReturnType<typeof memory>

/** Milliseconds between two looks whether indexing has ended. */
const LOOK_MS = 5
/** What is said anew in the state `both`: one fact in so many, which is what an engine lets novelty grow to. */
const SHARE = 16
const SAID_ANEW = ['person/age', 'person/salary', 'node/follows', 'inv/color', 'inv/count']

/** The engine in this very thread, on memory, its indexes in a known state once it has settled. */
export const annalsIn = (state: State): Adapter => ({
  async open({ name, countIndexed }): Promise<Session> {
    const storage = memory()
    // Nothing is merged before it is waited for: an import is timed by itself.
    let begin: () => void = () => undefined
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const turn = new AbortController()
    const conn = await openEngine(name, {
      storage,
      schema: schema(countIndexed),
      indexing: {
        novelty: 1,
        lead: (work) => {
          const done = begun.then(() => work(turn.signal))
          return () => {
            turn.abort()
            begin()
            return done
          }
        },
      },
    })
    return {
      ...annalsSession(conn),
      async settle() {
        if (state === 'novelty') return undefined
        begin()
        await indexed(storage, name, conn)
        turn.abort()
        if (state === 'both') await sayAnew(conn)
        return undefined
      },
    }
  },
})

/** Resolves when the segments hold all that was transacted, and the engine reads them. */
export async function indexed(storage: Storage, name: string, conn: Connection): Promise<void> {
  const store = await storage.open(name)
  do await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  while ((await store.readRoot())?.t !== conn.db().basisT)
  await store.close()
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}

/** Retracts some facts and asserts them again: the answers stay, but part of every index has gone and come fresh. */
async function sayAnew(conn: Connection): Promise<void> {
  const db = conn.db()
  const known = new Set((await db.datoms('avet', 'db/ident')).map(({ v }) => String(v).replace(/^:/, '')))
  for (const attribute of SAID_ANEW.filter((name) => known.has(name))) {
    const some = (await db.datoms('aevt', attribute)).filter((_, i) => i % SHARE === 0)
    if (some.length === 0) continue
    await conn.transact(some.map(({ e, v }) => [':db/retract', e, attribute, v]))
    await conn.transact(some.map(({ e, v }) => [':db/add', e, attribute, v]))
  }
}
