import type { Data } from '../data/data.ts'
import { COLORS, type Item, SIZES, TYPES } from '../data/inventory.ts'
import { QUERIES } from '../workloads/queries.ts'
import { type Database, inserter, openMemory, rowsOf } from './sqlite-database.ts'
import { TABLE_CLOSURE, TABLE_QUERIES } from './sqlite-queries.ts'
import type { OpenOptions, Session, StockRow } from './system.ts'

const IDENTS: readonly string[] = [...COLORS, ...SIZES, ...TYPES]

const TABLES = `
  create table if not exists people (id integer primary key, name text, last_name text, sex text, age integer, salary integer);
  create table if not exists items (id integer primary key, sku text unique, color integer, size integer, type integer, count integer);
  create index if not exists items_color on items (color);
  create table if not exists lines (id integer primary key, order_id integer, item integer, count integer);
  create index if not exists lines_order on lines (order_id);
  create index if not exists lines_item on lines (item);
  create table if not exists follows (a integer, b integer, primary key (a, b)) without rowid`

/** One table per kind of thing, in memory. */
export async function open(options: OpenOptions): Promise<Session> {
  const database = await openMemory()
  return { ...tableSession(database, options), settle: () => void database.exec('analyze') }
}

export function tableSession(database: Database, { countIndexed }: OpenOptions): Session {
  database.exec(TABLES)
  if (countIndexed) database.exec('create index if not exists items_count on items (count)')
  const find = database.prepare('select count from items where sku = ?')
  const below = database.prepare('select count(*) from items where count < ?')
  const set = database.prepare('update items set count = ? where sku = ?')
  const listeners = new Set<() => void>()
  return {
    import: (data) => database.transaction(() => insert(database, data)),
    lookup(sku) {
      find.bind([sku])
      const count = find.step() ? (find.getInt(0) ?? undefined) : undefined
      find.reset()
      return count
    },
    joins: (name) => rowsOf(database, TABLE_QUERIES[name] ?? '', (QUERIES[name]?.inputs ?? []) as number[]),
    rules: () => rowsOf(database, TABLE_CLOSURE),
    countBelow(count) {
      below.bind([count]).step()
      const n = below.getInt(0) ?? 0
      below.reset()
      return n
    },
    update(sku, count) {
      set.bind([count, sku]).stepReset()
      for (const listener of listeners) listener()
    },
    live(limit, show) {
      // SQLite has no live queries: the indexed query runs again after every write.
      const query = database.prepare('select sku, count from items order by count limit ?')
      const answer = () => {
        const rows: StockRow[] = []
        query.bind([limit])
        while (query.step()) rows.push({ sku: query.getString(0) ?? '', count: query.getInt(1) ?? 0 })
        query.reset()
        show(rows)
      }
      answer()
      listeners.add(answer)
      return () => {
        listeners.delete(answer)
        query.finalize()
      }
    },
    close: () => database.close(),
    places: () => (entity) => entity,
  }
}

function insert(database: Database, data: Data): void {
  switch (data.kind) {
    case 'people': {
      const rows = inserter(database, 'insert into people values (?, ?, ?, ?, ?, ?)')
      for (const [id, p] of data.people.entries()) rows.add(id, p.name, p.lastName, p.sex, p.age, p.salary)
      return rows.end()
    }
    case 'items': {
      const rows = inserter(database, 'insert into items values (?, ?, ?, ?, ?, ?)')
      const code = (name: string) => IDENTS.indexOf(name)
      const add = (id: number, { sku, color, size, type, count }: Item) =>
        rows.add(id, sku, code(color), code(size), code(type), count)
      for (const [id, item] of data.items.entries()) add(id, item)
      return rows.end()
    }
    case 'orders': {
      const rows = inserter(database, 'insert into lines (order_id, item, count) values (?, ?, ?)')
      for (const { id, lines } of data.orders) for (const { item, count } of lines) rows.add(id, item, count)
      return rows.end()
    }
    case 'tree': {
      const rows = inserter(database, 'insert into follows values (?, ?)')
      for (const [from, to] of data.edges) rows.add(from, to)
      return rows.end()
    }
  }
}
