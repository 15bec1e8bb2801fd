import type { TxData } from '../datom/tx-data.ts'
import { sameValue, type Value } from '../datom/value.ts'
import type { DecidedTx } from './apply.ts'
import { type Rows, RowsBuilder } from './rows.ts'

/** Facts that one transaction of a group asserts and a later one retracts: the index of what holds never sees them. */
export interface PassingFacts {
  /** With the transactions that they are from and to. */
  readonly rows: Rows
  /** Whether datom `i` of `data` asserts or retracts one of them. */
  has(data: TxData, i: number): boolean
}

/** An assertion that nothing has retracted yet. */
interface Open {
  readonly a: number
  readonly v: Value
  readonly tx: number
  readonly data: TxData
  readonly i: number
}

/** undefined where there are none, as in a group of one. */
export function passingFacts(txs: readonly DecidedTx[]): PassingFacts | undefined {
  const retracted = retractedEntities(txs.slice(1))
  if (retracted.size === 0) return undefined
  const open = new Map<number, Open[]>()
  const passing = new Map<TxData, Set<number>>()
  const rows = new RowsBuilder(true)
  const pass = (data: TxData, i: number): void => {
    const places = passing.get(data) ?? new Set()
    passing.set(data, places.add(i))
  }
  for (const { tx, data } of txs) {
    for (let i = 0; i < data.length; i++) {
      const e = data.e[i] as number
      if (!retracted.has(e)) continue
      const a = data.a[i] as number
      const v = data.v[i] as Value
      const ofEntity = open.get(e) ?? []
      if (data.added[i] === 1) {
        open.set(e, ofEntity)
        ofEntity.push({ a, v, tx, data, i })
        continue
      }
      const at = ofEntity.findIndex((said) => said.a === a && sameValue(said.v, v))
      const [said] = at < 0 ? [] : ofEntity.splice(at, 1)
      if (said === undefined) continue
      pass(said.data, said.i)
      pass(data, i)
      rows.push(e, a, said.v, said.tx, tx)
    }
  }
  return { rows: rows.done(), has: (data, i) => passing.get(data)?.has(i) === true }
}

function retractedEntities(txs: readonly DecidedTx[]): Set<number> {
  const out = new Set<number>()
  for (const { data } of txs) {
    for (let i = 0; i < data.length; i++) if (data.added[i] === 0) out.add(data.e[i] as number)
  }
  return out
}
