import { PGlite } from '@electric-sql/pglite'
import initdbUrl from '@electric-sql/pglite/initdb.wasm?url'
import { live } from '@electric-sql/pglite/live'
import filesUrl from '@electric-sql/pglite/pglite.data?url'
import pgliteUrl from '@electric-sql/pglite/pglite.wasm?url'
import type { Data } from '../data/data.ts'
import type { OpenOptions, Session, StockRow } from './system.ts'

const TABLES = `
  create table if not exists items (id integer primary key, sku text unique, color text, size text, type text, count integer);
  create table if not exists lines (order_id integer, item integer, count integer)`

const compiled = (url: string): Promise<WebAssembly.Module> => WebAssembly.compileStreaming(fetch(url))

async function load() {
  const [pgliteWasmModule, initdbWasmModule, files] = await Promise.all([
    compiled(pgliteUrl),
    compiled(initdbUrl),
    fetch(filesUrl),
  ])
  return { pgliteWasmModule, initdbWasmModule, fsBundle: await files.blob() }
}
let loaded: ReturnType<typeof load> | undefined

/** Fetches and compiles the modules, and fetches the files that every database begins with. */
export async function ready(): Promise<void> {
  loaded = load()
  await loaded
}

export async function open({ name, countIndexed }: OpenOptions): Promise<Session> {
  const database = await PGlite.create(`idb://${name}`, {
    ...(await (loaded ?? load())),
    extensions: { live },
    relaxedDurability: false,
  })
  await database.exec(TABLES)
  if (countIndexed) await database.exec('create index if not exists items_count on items (count)')
  return {
    async import(data: Data) {
      const [table, text] = csvOf(data)
      await database.query(`copy ${table} from '/dev/blob' with (format csv)`, [], { blob: new Blob([text]) })
    },
    async lookup(sku) {
      const { rows } = await database.query<{ count: number }>('select count from items where sku = $1', [sku])
      return rows[0]?.count
    },
    update: async (sku, count) =>
      void (await database.query('update items set count = $1 where sku = $2', [count, sku])),
    async countBelow(count) {
      const { rows } = await database.query<{ n: number }>('select count(*)::int as n from items where count < $1', [
        count,
      ])
      return rows[0]?.n ?? 0
    },
    async live(limit, show) {
      const query = `select sku, count from items order by count limit ${limit}`
      const { unsubscribe } = await database.live.query<StockRow & Record<string, unknown>>(query, [], ({ rows }) =>
        show(rows),
      )
      return () => void unsubscribe()
    },
    close: () => database.close(),
  }
}

function csvOf(data: Data): [table: string, text: string] {
  if (data.kind === 'items') {
    const lines = data.items.map(({ sku, color, size, type, count }, id) => [id, sku, color, size, type, count].join())
    return ['items', lines.join('\n')]
  }
  if (data.kind !== 'orders') throw new RangeError(`no ${data.kind} here`)
  const lines = data.orders.flatMap((order) => order.lines.map(({ item, count }) => [order.id, item, count].join()))
  return ['lines', lines.join('\n')]
}
