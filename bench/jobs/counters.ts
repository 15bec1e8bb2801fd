// Costs of annals that are the same on every machine: what it asks of its storage, and rows that go through its plans.
import { type Connection, open } from 'annals/engine'
import { makeData } from '../data/data.ts'
import { items, skuOf } from '../data/inventory.ts'
import { formsOf, schema } from '../systems/annals-schema.ts'
import { type Counts, countingStorage, noCounts } from '../systems/counting-storage.ts'
import { FOLLOWS, FOLLOWS_RULES, figureName, QUERIES, type QueryWorkload } from '../workloads/queries.ts'
import type { Figure } from './job.ts'

const ITEMS = 10_000
const UPDATES = 1_000

export async function storageCounters(): Promise<Figure[]> {
  const counts = noCounts()
  const storage = countingStorage(counts)
  const begin = () => Object.assign(counts, noCounts())
  const figures: Figure[] = []
  const add = (what: string, of: number, ...names: (keyof Counts)[]) => {
    for (const name of names) figures.push({ name: `${what}: ${WORDS[name]}`, value: counts[name] / of })
  }
  const options = { storage, schema: schema(false) }
  const update = (conn: Connection, i: number) =>
    conn.transact([[':db/add', ['inv/sku', skuOf(i)], 'inv/count', -1 - i]])

  let conn = await open('counters', options)
  begin()
  await conn.transact(formsOf({ kind: 'items', items: items(ITEMS) }))
  add(`import of ${ITEMS} items, per item`, ITEMS, 'bytesWritten')
  begin()
  for (let i = 0; i < UPDATES; i++) await update(conn, i)
  add(`${UPDATES} transactions in turn, each`, UPDATES, 'commits', 'bytesWritten', 'reads')
  begin()
  await Promise.all(Array.from({ length: UPDATES }, (_, i) => update(conn, UPDATES + i)))
  add(`${UPDATES} transactions at once, together`, 1, 'commits', 'reads')
  await conn.close()
  begin()
  conn = await open('counters', options)
  await conn.db().pull(['inv/count'], ['inv/sku', skuOf(0)])
  add('open and first lookup', 1, 'reads', 'logRowsRead', 'bytesRead')
  await conn.close()
  return figures
}

const WORDS: Readonly<Record<keyof Counts, string>> = {
  commits: 'commits',
  logRowsWritten: 'log rows written',
  bytesWritten: 'bytes written',
  reads: 'reads',
  logRowsRead: 'log rows read',
  bytesRead: 'bytes read',
}

interface Step {
  readonly rows?: number
  readonly steps?: readonly Step[]
}

/** Rows that come out of all steps of each query's plan together. */
export async function queryCounters({ data, suffix, asks }: QueryWorkload): Promise<Figure[]> {
  const conn = await open('counters', { storage: countingStorage(noCounts()), schema: schema(false) })
  for (const part of makeData(data)) await conn.transact(formsOf(part))
  const figures: Figure[] = []
  for (const ask of asks) {
    const { datalog, inputs } = ask === 'rules' ? { ...FOLLOWS, inputs: [FOLLOWS_RULES] } : (QUERIES[ask] ?? {})
    if (datalog === undefined) continue
    const { steps } = (await conn.db().explain(datalog, inputs)) as { readonly steps: readonly Step[] }
    figures.push({ name: `${figureName(ask, suffix)}: rows of all steps`, value: rowsIn(steps) })
  }
  await conn.close()
  return figures
}

const rowsIn = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => sum + (step.rows ?? 0) + rowsIn(step.steps ?? []), 0)
