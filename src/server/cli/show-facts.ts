import type { ShownDatom } from '../../api/db.ts'
import type { EngineConnection } from '../../engine/connection.ts'
import { oneLine } from './one-line.ts'

/** A fact as JSON shows it: the attribute by name, values that JSON lacks as text. */
export interface ShownFact {
  readonly e: number
  readonly a: string
  readonly v: unknown
  readonly added: boolean
}

/** Shows facts of `conn`'s database. */
export async function factShower(conn: EngineConnection): Promise<(datom: ShownDatom) => ShownFact> {
  const rows = await conn
    .db()
    .q<[number, string][]>('[:find ?a ?ident :where [?a :db/ident ?ident] [?a :db/valueType]]')
  const names = new Map(rows)
  return ({ e, a, v, added }) => ({ e, a: names.get(a) ?? String(a), v: plain(v), added })
}

export const factLine = ({ e, a, v, added }: ShownFact): string =>
  oneLine(`${added ? '+' : '-'} ${e} ${a} ${JSON.stringify(v)}`)

/** As JSON can say it: bigints as digits, times as ISO text, bytes as hexadecimal. */
export function plain(x: unknown): unknown {
  if (typeof x === 'bigint') return x.toString()
  if (x instanceof Date) return x.toISOString()
  if (x instanceof Uint8Array) return Array.from(x, (b) => b.toString(16).padStart(2, '0')).join('')
  if (Array.isArray(x)) return x.map(plain)
  if (typeof x === 'object' && x !== null) {
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, plain(value)]))
  }
  return x
}
