import type { Connection } from 'annals/engine'
import type { Data } from '../data/data.ts'
import { FOLLOWS, FOLLOWS_RULES, QUERIES } from '../workloads/queries.ts'
import { formsOf, lowestStock } from './annals-schema.ts'
import type { Answer, Session, StockRow } from './system.ts'

/** Made once: a pattern that is the same object is not read again. */
const COUNT = ['inv/count']

/** Drives annals by its public connection, which is the same in a page and in process. */
export function annalsSession(conn: Connection): Session {
  return {
    async import(data: Data) {
      await conn.transact(formsOf(data))
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
    close: () => conn.close(),
    places: () => placesOf(conn),
  }
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
