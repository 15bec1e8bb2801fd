import type { Connection } from 'annals/engine'
import type { Data } from '../data/data.ts'
import { FOLLOWS, FOLLOWS_RULES, PULLS, QUERIES, ROOT } from '../workloads/queries.ts'
import { formsOf, lowestStock } from './annals-schema.ts'
import type { Answer, Session, StockRow } from './system.ts'

/** Made once: a pattern that is the same object is not read again. */
const COUNT = ['inv/count']
const COUNT_BELOW = '[:find (count ?e) . :in $ ?limit :where [?e :inv/count ?n] [(< ?n ?limit)]]'
const COUNT_OF = '[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'

/** Drives annals by its public connection, which is the same in a page and in process. */
export function annalsSession(conn: Connection): Session {
  return {
    async import(data: Data) {
      const forms = formsOf(data)
      // Trees hang together by tempids, which mean something within one transaction only; people are to be one.
      if (data.kind === 'items' || data.kind === 'orders') await conn.import(forms)
      else await conn.transact(forms)
    },
    async lookup(sku) {
      const item = await conn.db().pull<{ 'inv/count': number }>(COUNT, ['inv/sku', sku])
      return item?.['inv/count']
    },
    joins(name) {
      const { datalog = '', inputs = [] } = QUERIES[name] ?? {}
      return () => conn.db().q<Answer>(datalog, inputs)
    },
    rules: () => () => conn.db().q<Answer>(FOLLOWS.datalog, [FOLLOWS_RULES]),
    pulls(name) {
      const pattern = PULLS[name] ?? ''
      const root = rootOf(conn)
      return async () => conn.db().pull(pattern, await root)
    },
    async readAll() {
      for (const index of ['eavt', 'aevt', 'avet', 'vaet'] as const) await conn.db().datoms(index)
    },
    countBelow: async (count) => (await conn.db().q<number | undefined>(COUNT_BELOW, [count])) ?? 0,
    async update(sku, count) {
      await conn.transact([[':db/add', ['inv/sku', sku], 'inv/count', count]])
    },
    live(limit, show) {
      const query = conn.live<readonly StockRow[]>(lowestStock(limit))
      return query.subscribe(() => {
        const snapshot = query.getSnapshot()
        if (snapshot.status === 'error') throw snapshot.error
        if (snapshot.status === 'ready') show(snapshot.data)
      })
    },
    watch(sku, show) {
      const query = conn.live<number | undefined>(COUNT_OF, [sku])
      query.subscribe(() => {
        const snapshot = query.getSnapshot()
        if (snapshot.status === 'ready') show(snapshot.data)
      })
    },
    close: () => conn.close(),
    places: () => placesOf(conn),
  }
}

async function rootOf(conn: Connection): Promise<number> {
  const root = (await conn.db().datoms('aevt', 'node/number')).find(({ v }) => v === ROOT)
  if (root === undefined) throw new Error('the tree has no root')
  return root.e
}

/** Nodes bear their number; people have ids in the order of the import. */
async function placesOf(conn: Connection): Promise<(entity: number) => number> {
  const nodes = await conn.db().datoms('aevt', 'node/number')
  const people = await conn.db().datoms('aevt', 'person/name')
  const ids = people.map(({ e }) => e).sort((a, b) => a - b)
  const places = new Map(nodes.map(({ e, v }) => [e, Number(v)]))
  for (const [place, id] of ids.entries()) places.set(id, place)
  return (entity) => places.get(entity) ?? Number.NaN
}
