import { AnnalsError } from '../base/errors.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Schema } from '../datom/schema.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import { type Db, PLAIN_VIEW, type Trees, withoutView } from './db.ts'
import { factsOf } from './facts-of.ts'
import { INDEXES, type Index } from './index-order.ts'
import { addWaiting, changeIndex, mayWait } from './index-tree.ts'
import { isIndexed, OrderedRows } from './ordered-rows.ts'
import { type PassingFacts, passingFacts } from './passing-facts.ts'
import { rangeOf } from './range.ts'
import { NO_PAST, NO_ROWS, type Rows, RowsBuilder } from './rows.ts'
import type { Scan } from './scan.ts'
import { isSchemaAttribute, updateSchema, withoutNames } from './schema-at.ts'
import { isUsed } from './schema-use.ts'
import { sortRows } from './sort-rows.ts'
import { scan } from './view.ts'

/**
 * `db` with the decided datoms of transaction `tx` in it: no judgement, the same on every replica. `basisT` is the new
 * value's. A retraction of what does not hold is `storage/corrupt`, for a log never contains one.
 */
export const applyTx = (db: Db, tx: number, data: TxData, basisT: number): Promise<Db> =>
  applyTxs(db, [{ tx, data }], basisT)

/** A decided transaction. */
export interface DecidedTx {
  readonly tx: number
  readonly data: TxData
}

/** `db` with several transactions in it. Requires: at least one; they follow each other, and only the last speaks of schema. */
export async function applyTxs(db: Db, txs: readonly DecidedTx[], basisT: number): Promise<Db> {
  const before = withoutView(db)
  const passing = passingFacts(txs)
  const removed = await rowsToRemove(before, txs, passing)
  const present = changeTrees(before.present, before.schema, removed.rows, rowsToAdd(txs, passing))
  const past = changeTrees(before.past, before.schema, NO_PAST, ended(before.schema, removed, passing?.rows))
  const lastTx = (txs.at(-1) as DecidedTx).tx
  const after: Db = { ...before, basisT, lastTx, present, past, view: PLAIN_VIEW }
  return withSchema(after, txs)
}

/** The rows that assertions bring; those about the transactions themselves last, which is where they sort. */
function rowsToAdd(txs: readonly DecidedTx[], passing: PassingFacts | undefined): Rows {
  const [only] = txs as readonly [DecidedTx]
  const rows = txs.length === 1 ? wholeRows(only) : undefined
  if (rows !== undefined) return rows
  const added = new RowsBuilder(
    false,
    txs.reduce((n, { data }) => n + data.length, 0),
  )
  for (const own of [false, true]) {
    for (const { tx, data } of txs) {
      for (let i = 0; i < data.length; i++) {
        const e = data.e[i] as number
        if (data.added[i] === 0 || (e === tx) !== own || passing?.has(data, i)) continue
        added.push(e, data.a[i] as number, data.v[i] as Value, tx)
      }
    }
  }
  return added.done()
}

/** All that a transaction says, where it lies in typed columns and nothing of it is retracted. Facts of its own come first there. */
function wholeRows({ tx, data }: DecidedTx): Rows | undefined {
  const { length, e, a, v } = data
  if (!(e instanceof Int32Array && a instanceof Int32Array) || data.added.includes(0)) return undefined
  let own = 0
  while (e[own] === tx) own++
  if (e.includes(tx, own)) return undefined
  const moved = (column: Int32Array): Int32Array => {
    const out = new Int32Array(length)
    out.set(column.subarray(own))
    out.set(column.subarray(0, own), length - own)
    return out
  }
  const values = v.slice(own).concat(v.slice(0, own))
  return { length, e: moved(e), a: moved(a), v: values, tx: new Int32Array(length).fill(tx), to: undefined }
}

/** Rows that end, and the transactions that end them. */
interface Ending {
  readonly rows: Rows
  readonly by: readonly number[]
}

/** The rows of the present that retractions end. */
async function rowsToRemove(db: Db, txs: readonly DecidedTx[], passing: PassingFacts | undefined): Promise<Ending> {
  const scans: Scan[] = []
  const by: number[] = []
  const pending: Promise<void>[] = []
  for (const { tx, data } of txs) {
    for (let i = 0; i < data.length; i++) {
      if (data.added[i] === 1 || passing?.has(data, i)) continue
      const found = factsOf(db, 'aevt', data.e[i] as number, data.a[i] as number, data.v[i] as Value)
      const loading = found.load()
      if (loading !== undefined) pending.push(loading)
      scans.push(found)
      by.push(tx)
    }
  }
  if (pending.length > 0) await Promise.all(pending)
  const removed = new RowsBuilder(false, scans.length)
  for (const found of scans) {
    const b = found.batches()[0]
    if (b === undefined) throw new AnnalsError('storage/corrupt', 'the log retracts a fact that does not hold', {})
    const i = b.start
    removed.push(b.e[i] as number, b.a[i] as number, b.v[i] as Value, b.tx[i] as number)
  }
  return { rows: removed.done(), by }
}

/** The intervals that rows leave behind; none for attributes without history. */
function ended(schema: Schema, { rows: removed, by }: Ending, passed: Rows = NO_PAST): Rows {
  const out = new RowsBuilder(true, removed.length + passed.length)
  const keep = (rows: Rows, to: (i: number) => number): void => {
    for (let i = 0; i < rows.length; i++) {
      const a = rows.a[i] as number
      if (schema.attributes.get(a)?.noHistory === true) continue
      out.push(rows.e[i] as number, a, rows.v[i] as Value, rows.tx[i] as number, to(i))
    }
  }
  keep(removed, (i) => by[i] as number)
  keep(passed, (i) => (passed.to as Int32Array)[i] as number)
  return out.done()
}

/** So many rows wait until somebody asks for them. */
const MANY = 4096

function changeTrees(trees: Trees, schema: Schema, removed: Rows, added: Rows): Trees {
  if (removed.length + added.length === 0) return trees
  const out = new OrderedRows(schema, removed)
  const into = new OrderedRows(schema, added)
  const isNews = removed.length === 0 && added.to === undefined
  const waits = isNews && added.length >= MANY && INDEXES.every((index) => mayWait(trees[index]))
  const change = (index: Index) =>
    waits ? addWaiting(trees[index], index, into) : changeIndex(trees[index], out[index], into[index])
  return { eavt: change('eavt'), aevt: change('aevt'), avet: change('avet'), vaet: change('vaet') }
}

/** Reads the schema anew where transactions speak of it, and fills or empties AVET for attributes that became (un)indexed. */
function withSchema(db: Db, txs: readonly DecidedTx[]): MaybePromise<Db> {
  const touched = new Set<number>()
  for (const { data } of txs) {
    for (let i = 0; i < data.length; i++) {
      if (isSchemaAttribute(data.a[i] as number)) touched.add(data.e[i] as number)
    }
  }
  return touched.size === 0 ? db : rereadSchema(db, touched)
}

async function rereadSchema(db: Db, touched: ReadonlySet<number>): Promise<Db> {
  const facts = await readAll([...touched].map((e) => [e, scan(db, 'eavt', { e })]))
  let schema = updateSchema(db.schema, facts)
  const gone = new Set([...touched].filter((e) => facts.get(e)?.length === 0))
  for (const e of gone) if (!(await isUsed(db, e, gone))) schema = withoutNames(schema, e)
  let next: Db = { ...db, schema }
  for (const id of touched) {
    const was = isIndexed(db.schema, id)
    const is = isIndexed(schema, id)
    if (was !== is) next = await reindex(next, id, is)
  }
  return next
}

async function readAll(scans: readonly (readonly [number, Scan])[]) {
  const pending = scans.map(([, s]) => s.load()).filter((p) => p !== undefined)
  if (pending.length > 0) await Promise.all(pending)
  return new Map(scans.map(([e, s]) => [e, s.batches()] as const))
}

/** Puts all facts of attribute `a`, present and past, into AVET, or takes them out. */
async function reindex(db: Db, a: number, into: boolean): Promise<Db> {
  const move = async (trees: Trees, past: boolean): Promise<Trees> => {
    const range = rangeOf(trees[into ? 'aevt' : 'avet'], { a }, { a })
    await range.load()
    const rows = new RowsBuilder(past)
    for (const { rows: from, start, end } of range.parts()) {
      for (let i = start; i < end; i++) {
        rows.push(from.e[i] as number, a, from.v[i] as Value, from.tx[i] as number, from.to?.[i])
      }
    }
    const sorted = sortRows('avet', rows.done())
    const none = past ? NO_PAST : NO_ROWS
    return { ...trees, avet: into ? changeIndex(trees.avet, none, sorted) : changeIndex(trees.avet, sorted, none) }
  }
  return { ...db, present: await move(db.present, false), past: await move(db.past, true) }
}
