import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Db } from '../src/api/db.ts'
import type { TxReport } from '../src/api/report.ts'
import type { IndexingOptions } from '../src/engine/indexer.ts'
import { type Connection, isAnnalsError, memory, open } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { applied } from './support/applied-groups.ts'
import { indexedTo } from './support/indexed.ts'
import { FUNCTIONS, SCHEMA, someForms } from './support/random-forms.ts'
import { seedsOf } from './support/seeds.ts'
import { seededRandom } from './support/simulation/random.ts'
import { client, TestServer } from './support/sync-world.ts'

vi.mock('../src/db/apply.ts', async (original) => (await import('./support/applied-groups.ts')).counting(original))

let conns: Connection[] = []
afterEach(async () => {
  await Promise.all(conns.map((conn) => conn.close()))
  conns = []
})

const now = () => 1_700_000_000_000
const openLocal = (storage: LocalStorage, indexing: IndexingOptions = {}) =>
  open('group', { storage, schema: SCHEMA, functions: FUNCTIONS, now, indexing })

async function begun(conn: Connection): Promise<Connection> {
  await conn.transact(Array.from({ length: 8 }, (_, i) => ({ 'x/id': `e${i}`, 'x/n': 0, 'x/m': i, 'x/tags': ['a'] })))
  return conn
}

const DATABASES = {
  local: async () => begun(await openLocal(memory())),
  /** Whose segments nobody finds in memory. */
  async segmented() {
    const storage = memory()
    const made = await begun(await openLocal(storage, { novelty: 1, segmentRows: 8 }))
    await indexedTo(storage, 'group', made.db().basisT)
    await made.close()
    return openLocal(storage, { novelty: 1e9, cacheBytes: 1 })
  },
  async replica() {
    const server = new TestServer()
    server.up = false
    const { conn } = await client(server, { functions: FUNCTIONS, now })
    await conn.install(SCHEMA)
    return begun(conn)
  },
}
type Kind = keyof typeof DATABASES
const KINDS = Object.keys(DATABASES) as Kind[]

async function database(kind: Kind): Promise<Connection> {
  const conn = await DATABASES[kind]()
  conns.push(conn)
  return conn
}

/** What a report says, without what is made up. */
async function told(result: PromiseSettledResult<TxReport>): Promise<unknown> {
  if (result.status === 'rejected') {
    if (!isAnnalsError(result.reason)) throw result.reason
    return [result.reason.code, result.reason.message]
  }
  const { t, tempids, txData, dbBefore, dbAfter } = result.value
  const all = async (db: Db) =>
    (await db.history().datoms('aevt')).filter(({ v }) => typeof v !== 'string' || v.length < 30)
  const own = txData.filter(({ v }) => typeof v !== 'string' || v.length < 30) // ids of transactions are random
  return { t, tempids, own, before: await all(dbBefore), after: await all(dbAfter) }
}

describe.each(KINDS)('transactions of a %s database that share a commit', (kind) => {
  it.each(seedsOf(12))('come to what they come to one by one (seed %i)', async (seed) => {
    const random = seededRandom(seed)
    const int = (n: number) => Math.floor(random() * n)
    const forms = Array.from({ length: 40 }, (_, k) => someForms(int, k))
    const [single, grouped] = [await database(kind), await database(kind)]
    const one: PromiseSettledResult<TxReport>[] = []
    for (const f of forms) one.push(...(await Promise.allSettled([single.transact(f)])))
    const together = await Promise.allSettled(forms.map((f) => grouped.transact(f)))
    for (const [k, result] of together.entries()) {
      const wanted = one[k] as PromiseSettledResult<TxReport>
      expect(await told(result), JSON.stringify(forms[k])).toEqual(await told(wanted))
    }
  })

  it('go into the indexes together, unless one reads what another says', async () => {
    const conn = await database(kind)
    const group = (forms: unknown[][]) => Promise.all(forms.map((f) => conn.transact(f)))
    const reports = await group(Array.from({ length: 300 }, (_, i) => [{ 'x/id': `many${i}`, 'x/tags': ['b'] }]))
    applied.length = 0
    await group(Array.from({ length: 300 }, (_, i) => [[':db/add', ['x/id', `many${i}`], 'x/m', 1000 * (i + 1)]]))
    expect(applied).toEqual([300])
    applied.length = 0
    await group(Array.from({ length: 30 }, (_, i) => [[':db/inc', ['x/id', `many${i % 10}`], 'x/m', 1]]))
    expect(applied).toEqual([10, 10, 10])
    applied.length = 0
    const middle = reports[150] as TxReport
    expect(await middle.dbBefore.entid(['x/id', 'many150'])).toBeUndefined()
    expect(await middle.dbAfter.entid(['x/id', 'many150'])).toBeGreaterThan(0)
    expect(applied).toEqual([150, 151])
  })
})
