import type { BindableValue } from '@sqlite.org/sqlite-wasm'
import type { Data } from '../data/data.ts'
import { COLORS, SIZES, TYPES } from '../data/inventory.ts'
import { QUERIES } from '../workloads/queries.ts'
import { inserter, openMemory, rowsOf } from './sqlite-database.ts'
import { ATTRIBUTES as A, FACT_CLOSURE, FACT_QUERIES } from './sqlite-queries.ts'
import type { Session } from './system.ts'

const IDENTS: readonly string[] = [...COLORS, ...SIZES, ...TYPES]

const TABLES = `
  create table facts (e integer, a integer, v, primary key (e, a, v)) without rowid;
  create index facts_ave on facts (a, v, e)`

/** Lines and orders are entities of their own, above all items. */
const FIRST_LINE = 1 << 24
const FIRST_ORDER = 1 << 25
/** Idents of colours and sizes are entities too. */
const FIRST_IDENT = 1 << 26

/** One table of facts, in memory. */
export async function open(): Promise<Session> {
  const database = await openMemory()
  database.exec(TABLES)
  const find = database.prepare(
    `select c.v from facts k join facts c on c.e = k.e and c.a = ${A.count} where k.a = ${A.sku} and k.v = ?`,
  )
  return {
    import(data) {
      database.transaction(() => {
        const rows = inserter(database, 'insert or ignore into facts values (?, ?, ?)')
        for (const fact of factsOf(data)) rows.add(...fact)
        rows.end()
      })
    },
    lookup(sku) {
      find.bind([sku])
      const count = find.step() ? (find.getInt(0) ?? undefined) : undefined
      find.reset()
      return count
    },
    joins: (name) => rowsOf(database, FACT_QUERIES[name] ?? '', (QUERIES[name]?.inputs ?? []) as number[]),
    rules: () => rowsOf(database, FACT_CLOSURE),
    // So that the planner knows which attributes are selective.
    settle: () => void database.exec('analyze'),
    close: () => database.close(),
    places: () => (entity) => entity,
  }
}

function* factsOf(data: Data): Generator<BindableValue[]> {
  switch (data.kind) {
    case 'people':
      for (const [id, p] of data.people.entries()) {
        yield [id, A.name, p.name]
        yield [id, A.lastName, p.lastName]
        yield [id, A.sex, p.sex]
        yield [id, A.age, p.age]
        yield [id, A.salary, p.salary]
      }
      return
    case 'items':
      for (const [id, item] of data.items.entries()) {
        yield [id, A.sku, item.sku]
        yield [id, A.color, FIRST_IDENT + IDENTS.indexOf(item.color)]
        yield [id, A.size, FIRST_IDENT + IDENTS.indexOf(item.size)]
        yield [id, A.type, FIRST_IDENT + IDENTS.indexOf(item.type)]
        yield [id, A.count, item.count]
      }
      return
    case 'orders': {
      let line = FIRST_LINE
      for (const order of data.orders) {
        for (const { item, count } of order.lines) {
          yield [FIRST_ORDER + order.id, A.lines, line]
          yield [line, A.item, item]
          yield [line++, A.lineCount, count]
        }
      }
      return
    }
    case 'tree':
      for (const [from, to] of data.edges) yield [from, A.follows, to]
  }
}
