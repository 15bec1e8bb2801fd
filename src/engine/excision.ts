import { append } from '../base/append.ts'
import { isTx, txOfT } from '../datom/ids.ts'
import { tupleMembers } from '../datom/tuple.ts'
import { type TxData, TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import type { LogRow } from '../storage/port.ts'
import { decodeRecord, excisedRow } from './record.ts'

/** Which facts are to go; plain data. */
export interface Excision {
  /** An entity, or an attribute whose values are meant. */
  readonly target: number
  /** Of an entity, these attributes alone. */
  readonly attrs?: readonly number[]
  /** Facts asserted at this t or later stay. */
  readonly before?: number
}

/** A whole log without the facts of an excision; `rewritten` are those of its rows that hold less than before. */
export function exciseRows(log: readonly LogRow[], db: Db, excision: Excision) {
  const excisor = new Excisor(db, excision)
  const rewritten: LogRow[] = []
  const rows = log.map((row) => {
    const { data } = decodeRecord(row)
    const left = excisor.take(txOfT(row.t), data)
    if (left === data) return row
    const less = excisedRow(row, left)
    rewritten.push(less)
    return less
  })
  return { rows, rewritten, removed: excisor.removed }
}

/**
 * Takes the facts of an excision out of the transactions of a log, which are given to it in order. A fact goes with its
 * retraction, whenever that was; composite tuples go where a member's value goes.
 */
class Excisor {
  /** How many facts it has taken out. */
  removed = 0
  /** What was asserted, taken out, and not yet retracted. */
  readonly #open = new Set<string>()
  readonly #isAttribute: boolean

  constructor(
    private readonly db: Db,
    private readonly excision: Excision,
  ) {
    this.#isAttribute = db.schema.attributes.has(excision.target)
  }

  /** What is left of the data of transaction `tx`; the same object where nothing goes. */
  take(tx: number, data: TxData): TxData {
    const kept = new TxDataBuilder()
    const places = new Set<string>()
    for (let i = 0; i < data.length; i++) {
      const [e, a, v] = [data.e[i] as number, data.a[i] as number, data.v[i] as Value]
      const key = factKey(e, a, v)
      const goes = data.added[i] === 1 ? this.#asserts(tx, e, a, v) : this.#open.delete(key)
      if (!goes) {
        kept.push(e, a, v, data.added[i] as 0 | 1)
        continue
      }
      if (data.added[i] === 1) this.#open.add(key)
      places.add(`${e} ${a}`)
      this.removed += data.added[i] as number
    }
    if (places.size === 0) return data
    append(
      kept.increments,
      data.increments.filter(({ e, a }) => !places.has(`${e} ${a}`)),
    )
    return kept
  }

  #asserts(tx: number, e: number, a: number, v: Value): boolean {
    const members = this.db.schema.attributes.get(a)?.tupleAttrs
    const isMember = (m: Value | null, i: number): boolean =>
      m !== null && this.#open.has(factKey(e, members?.[i] as number, m))
    if (members !== undefined && tupleMembers((v as string).slice(1)).some(isMember)) return true
    const { target, attrs, before } = this.excision
    if (before !== undefined && tx >= txOfT(before)) return false
    return this.#isAttribute ? a === target : e === target && (attrs === undefined || attrs.includes(a)) && !isTx(e)
  }
}

const factKey = (e: number, a: number, v: Value): string => `${e} ${a} ${typeof v} ${String(v)}`
