import d, { type Db } from 'datascript'
import type { Data } from '../data/data.ts'
import { COLORS, SIZES, TYPES } from '../data/inventory.ts'
import type { Person } from '../data/people.ts'
import type { Edge } from '../data/trees.ts'
import { FOLLOWS, FOLLOWS_RULES, PULLS, QUERIES, ROOT } from '../workloads/queries.ts'
import { withStrings } from './datalog-text.ts'
import type { OpenOptions, Session, StockRow } from './system.ts'

const REF = { ':db/valueType': ':db.type/ref' }
const SCHEMA = {
  'inv-sku': { ':db/unique': ':db.unique/identity' },
  'inv-color': REF,
  'inv-size': REF,
  'inv-type': REF,
  'order-lines': { ...REF, ':db/cardinality': ':db.cardinality/many', ':db/isComponent': true },
  'line-item': REF,
  'node-follows': { ...REF, ':db/cardinality': ':db.cardinality/many' },
}
const IDENTS = [...COLORS, ...SIZES, ...TYPES]
const identOf = new Map<string, number>(IDENTS.map((name, i) => [name, i + 1]))
/** Entities up to here are idents; the first item follows. */
const FIRST_ITEM = IDENTS.length + 1

export function open({ countIndexed }: OpenOptions): Session {
  const schema = countIndexed ? { ...SCHEMA, 'inv-count': { ':db/index': true } } : SCHEMA
  const conn = d.create_conn(schema)
  return {
    import: (data) => void d.transact(conn, formsOf(data)),
    lookup: (sku) => d.entity(d.db(conn), ['inv-sku', sku])?.get('inv-count') as number | undefined,
    joins(name) {
      const { datalog = '', inputs = [] } = QUERIES[name] ?? {}
      const text = withStrings(datalog)
      return () => d.q(text, d.db(conn), ...inputs) as unknown[]
    },
    rules() {
      const text = withStrings(FOLLOWS.datalog)
      const rules = withStrings(FOLLOWS_RULES)
      return () => d.q(text, d.db(conn), rules) as unknown[]
    },
    pulls(name) {
      const pattern = withStrings(PULLS[name] ?? '')
      return () => d.pull(d.db(conn), pattern, ROOT + 1)
    },
    update: (sku, count) => void d.transact(conn, [[':db/add', ['inv-sku', sku], 'inv-count', count]]),
    live(limit, show) {
      // DataScript has no live queries: the listener walks the index of counts anew.
      const answer = () => show(lowest(d.db(conn), limit))
      answer()
      d.listen(conn, 'live', answer)
      return () => d.unlisten(conn, 'live')
    },
    close() {},
    places: () => (entity) => entity - 1,
  }
}

function lowest(db: Db, limit: number): StockRow[] {
  const datoms = d.datoms(db, ':avet', 'inv-count')
  const rows: StockRow[] = []
  for (const datom of datoms) {
    if (rows.length === limit) break
    rows.push({ sku: d.entity(db, datom.e)?.get('inv-sku') as string, count: datom.v as number })
  }
  return rows
}

function formsOf(data: Data): unknown[] {
  switch (data.kind) {
    case 'people':
      return data.people.map((person, i) => ({ ':db/id': i + 1, ...personForm(person) }))
    case 'items':
      return [
        ...IDENTS.map((name, i) => ({ ':db/id': i + 1, ':db/ident': name })),
        ...data.items.map((item, i) => ({
          ':db/id': FIRST_ITEM + i,
          'inv-sku': item.sku,
          'inv-color': identOf.get(item.color),
          'inv-size': identOf.get(item.size),
          'inv-type': identOf.get(item.type),
          'inv-count': item.count,
        })),
      ]
    case 'orders':
      return data.orders.map((order) => ({
        'order-id': order.id,
        'order-lines': order.lines.map((line) => ({
          'line-item': FIRST_ITEM + line.item,
          'line-count': line.count,
        })),
      }))
    case 'tree':
      return edgeForms(data.edges)
    case 'family':
      return [
        ...edgeForms(data.edges),
        ...Array.from(data.people, ([node, person]) => ({
          ':db/id': node + 1,
          'node-number': node,
          ...personForm(person),
        })),
      ]
  }
}

const personForm = (person: Person) => ({
  'person-name': person.name,
  'person-last-name': person.lastName,
  'person-sex': person.sex,
  'person-age': person.age,
  'person-salary': person.salary,
})

const edgeForms = (edges: readonly Edge[]): unknown[] =>
  edges.map(([from, to]) => [':db/add', from + 1, 'node-follows', to + 1])
