import type { Db } from 'annals'
import { groupBy } from './group-by.ts'
import { wordOf } from './item.ts'
import { TRANSACTION, type Transaction } from './transaction.ts'

/** One attribute of the item before and after; absent where nothing was said. */
export interface FactChange {
  readonly attribute: string
  readonly from?: string
  readonly to?: string
}

/** What one transaction did to an item. */
export interface Change {
  /** The transaction's entity. */
  readonly tx: number
  readonly about: Transaction
  readonly facts: readonly FactChange[]
}

interface Row {
  readonly tx: number
  readonly attribute: string
  readonly value: unknown
  readonly added: boolean
}

/** Everything ever said about whatever had the SKU, wherever it was said. */
const FACTS = {
  find: { tx: '?tx', attribute: '?ident', value: '?v', added: '?added' },
  in: ['$', '?sku'],
  where: [
    ['?item', 'inv/sku', '?sku'],
    ['?item', '?a', '?v', '?tx', '?added'],
    ['?a', 'db/ident', '?ident'],
  ],
}

/** The idents by entity: what the values of refs are called. */
const IDENTS = { find: ['?id', '?ident'], where: [['?id', 'db/ident', '?ident']] }

/** Attributes in the order in which an item is described. */
const ORDER = ['inv/count', 'inv/sku', 'inv/type', 'inv/color', 'inv/size']
const REFS = new Set(['inv/color', 'inv/size', 'inv/type'])

/** The history of the item with `sku` as `db` knows it, newest first. */
export async function itemHistory(db: Db, sku: string): Promise<Change[]> {
  const [rows, idents] = await Promise.all([
    db.history().q<Row[]>(FACTS, [sku]),
    db.q<(readonly [number, string])[]>(IDENTS),
  ])
  const nameOf = new Map(idents)
  const byTx = groupBy(rows, (row) => row.tx)
  const txs = [...byTx.keys()].sort((a, b) => b - a)
  const known = await db.pullMany<Transaction>(TRANSACTION, txs)
  return txs.flatMap((tx, i) => {
    const about = known[i]
    if (about === undefined) return []
    return { tx, about, facts: factsOf(byTx.get(tx) ?? [], nameOf) }
  })
}

function factsOf(rows: readonly Row[], nameOf: ReadonlyMap<number, string>): FactChange[] {
  const shown = (attribute: string, value: unknown): string =>
    REFS.has(attribute) ? wordOf(nameOf.get(value as number) ?? String(value)) : String(value)
  const byAttribute = groupBy(rows, (row) => row.attribute.replace(/^:/, ''))
  return [...byAttribute]
    .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .map(([attribute, its]) => {
      const from = its.find((row) => !row.added)
      const to = its.find((row) => row.added)
      return {
        attribute,
        ...(from && { from: shown(attribute, from.value) }),
        ...(to && { to: shown(attribute, to.value) }),
      }
    })
}
