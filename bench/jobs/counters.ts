// Costs of annals that are the same on every machine: what it asks of its storage, and rows that go through its plans.
import { type Connection, memory, open } from 'annals/engine'
import { makeData } from '../data/data.ts'
import { items, skuOf } from '../data/inventory.ts'
import { formsOf, schema } from '../systems/annals-schema.ts'
import { indexed } from '../systems/annals-states.ts'
import { type Counts, countingStorage, noCounts } from '../systems/counting-storage.ts'
import { FOLLOWS, FOLLOWS_RULES, figureName, QUERIES, type QueryWorkload } from '../workloads/queries.ts'
import type { Figure } from './job.ts'

const UPDATES = 1_000
/** The default of the engine is for itself to choose when; here it is told, so that every run counts the same. */
const NEVER = { lead: () => () => undefined }
const AT_ONCE = { novelty: 1 }

/** What the storage of so many items, and some transactions on them, costs. */
export async function storageCounters(itemCount: number): Promise<Figure[]> {
  const counts = noCounts()
  const inner = memory()
  const storage = countingStorage(counts, inner)
  const begin = () => Object.assign(counts, noCounts())
  const figures: Figure[] = []
  const add = (what: string, of: number, ...names: (keyof Counts)[]) => {
    for (const name of names) figures.push({ name: `${what}: ${WORDS[name]}`, value: counts[name] / of })
  }
  const opened = (indexing: object) => open('counters', { storage, schema: schema(false), indexing })
  const update = (conn: Connection, i: number) =>
    conn.transact([[':db/add', ['inv/sku', skuOf(i)], 'inv/count', -1 - i]])
  const of = `${itemCount.toLocaleString('en')} items`

  let conn = await opened(NEVER)
  begin()
  await conn.transact(formsOf({ kind: 'items', items: items(itemCount) }))
  add(`import of ${of}, per item`, itemCount, 'logBytesWritten')
  await conn.close()
  conn = await opened(AT_ONCE)
  begin()
  await indexed(inner, 'counters', conn)
  add(`indexing of ${of}, per item`, itemCount, 'segmentBytesWritten')
  add(`indexing of ${of}`, 1, 'segmentsWritten', 'indexCommits')
  await conn.close()

  conn = await opened(NEVER)
  begin()
  for (let i = 0; i < UPDATES; i++) await update(conn, i)
  add(`${UPDATES} transactions in turn on ${of}, each`, UPDATES, 'commits', 'logBytesWritten', 'reads', 'segmentsRead')
  begin()
  await Promise.all(Array.from({ length: UPDATES }, (_, i) => update(conn, UPDATES + i)))
  add(`${UPDATES} transactions at once on ${of}, together`, 1, 'commits', 'reads')
  await conn.close()

  begin()
  conn = await opened(NEVER)
  add(`open ${of}, ${2 * UPDATES} transactions not indexed`, 1, 'reads', 'logRowsRead', 'logBytesRead')
  begin()
  await conn.db().pull(['inv/count'], ['inv/sku', skuOf(0)])
  add(`first lookup in ${of}`, 1, 'reads', 'segmentsRead', 'segmentBytesRead')
  begin()
  await conn.db().q('[:find (count ?e) . :where [?e :inv/count ?n]]')
  add(`count of all ${of}`, 1, 'reads', 'segmentsRead', 'segmentBytesRead')
  await conn.close()
  return figures
}

const WORDS: Readonly<Record<keyof Counts, string>> = {
  commits: 'transactions of the storage',
  logBytesWritten: 'bytes of log written',
  indexCommits: 'transactions of the storage',
  segmentsWritten: 'segments written',
  segmentBytesWritten: 'bytes of segments written',
  reads: 'reads',
  logRowsRead: 'log rows read',
  logBytesRead: 'bytes of log read',
  segmentsRead: 'segments read',
  segmentBytesRead: 'bytes of segments read',
}

interface Step {
  readonly rows?: number
  readonly steps?: readonly Step[]
}

/** Rows that come out of all steps of each query's plan together. */
export async function queryCounters({ data, suffix, asks }: QueryWorkload): Promise<Figure[]> {
  const conn = await open('counters', { storage: memory(), schema: schema(false), indexing: NEVER })
  for (const part of makeData(data)) await conn.transact(formsOf(part))
  const figures: Figure[] = []
  for (const ask of asks) {
    const { datalog, inputs = [] } = ask === 'rules' ? { ...FOLLOWS, inputs: [FOLLOWS_RULES] } : (QUERIES[ask] ?? {})
    if (datalog === undefined) continue
    const { steps } = (await conn.db().explain(datalog, inputs)) as { readonly steps: readonly Step[] }
    figures.push({ name: `${figureName(ask, suffix)}: rows visited`, value: rowsIn(steps) })
  }
  await conn.close()
  return figures
}

const rowsIn = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => sum + (step.rows ?? 0) + rowsIn(step.steps ?? []), 0)
