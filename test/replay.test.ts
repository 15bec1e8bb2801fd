import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Db } from '../src/db/db.ts'
import { emptyDb } from '../src/db/empty.ts'
import { INDEXES } from '../src/db/index-order.ts'
import { allRows } from '../src/db/tree-read.ts'
import { applyRows } from '../src/engine/replay.ts'
import { type Connection, memory, open } from '../src/engine.ts'
import type { LogRow } from '../src/storage/port.ts'
import { applied } from './support/applied-groups.ts'
import { seedsOf } from './support/seeds.ts'
import { seededRandom } from './support/simulation/random.ts'

vi.mock('../src/db/apply.ts', async (original) => (await import('./support/applied-groups.ts')).counting(original))

let conn: Connection
afterEach(() => conn.close())

const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/n': { type: 'long', index: true },
  'x/seen': { type: 'long', noHistory: true },
  'x/tags': { type: 'string', many: true },
  'x/to': { type: 'ref' },
} as const

/** A log in which the same facts come and go, again and again, and the schema changes between. */
async function someLog(seed: number): Promise<readonly LogRow[]> {
  const random = seededRandom(seed)
  const int = (n: number) => Math.floor(random() * n)
  const at = () => ['x/id', `e${int(4)}`]
  const storage = memory()
  conn = await open('replayed', { storage, schema })
  await conn.transact(Array.from({ length: 4 }, (_, i) => ({ 'x/id': `e${i}`, 'x/n': 0 })))
  for (let k = 0; k < 40; k++) {
    const forms = [
      () => [{ 'db/id': at(), 'x/n': int(3), 'x/seen': int(3) }],
      () => [{ 'db/id': at(), 'x/tags': [`t${int(3)}`] }],
      () => [[':db/retract', at(), 'x/tags', `t${int(3)}`]],
      () => [[':db/retract', at(), 'x/n']],
      () => [{ 'db/id': at(), 'x/to': at() }],
      () => [{ 'db/ident': ':x/tags', 'db/index': int(2) === 0 }],
      () => [{ 'db/ident': ':x/n', 'db/noHistory': int(2) === 0 }],
    ][int(20) === 0 ? 5 + int(2) : int(5)]
    await conn.transact(forms?.() ?? [])
  }
  return (await storage.open('replayed')).readLog(1)
}

/** All that a value without segments holds, index by index. */
const contents = ({ present, past }: Db) =>
  [present, past].map((trees) => INDEXES.map((index) => [index, allRows(trees[index].fresh)]))

describe('a log that is read in one go', () => {
  it.each(seedsOf(5))('comes to what it comes to row by row, and to the same again (seed %i)', async (seed) => {
    const rows = await someLog(seed)
    const empty = await emptyDb()
    const steps: { readonly db: Db; readonly was: unknown }[] = []
    let db = empty
    let head = { t: 0, hash: '' }
    for (const row of rows) {
      ;({ db, head } = await applyRows(db, head, [row]))
      steps.push({ db, was: structuredClone(contents(db)) })
    }
    const whole = await applyRows(empty, { t: 0, hash: '' }, rows)
    expect(contents(whole.db)).toEqual(contents(db))
    expect(whole.db.schema).toEqual(db.schema)
    expect(whole.head).toEqual({ t: rows.length, hash: rows.at(-1)?.hash })
    const cut = 5 + (seed % 30)
    const half = await applyRows(empty, { t: 0, hash: '' }, rows.slice(0, cut))
    await applyRows(half.db, half.head, rows.slice(cut))
    expect(contents(half.db)).toEqual(steps[cut - 1]?.was)
    for (const step of steps) expect(contents(step.db)).toEqual(step.was)
  })

  it('goes into the indexes together, however often one fact changes', async () => {
    const storage = memory()
    conn = await open('counted', { storage, schema })
    await conn.transact([{ 'x/id': 'e', 'x/n': 0 }])
    for (let k = 1; k <= 200; k++) await conn.transact([{ 'x/id': 'e', 'x/n': k }])
    await conn.close()
    applied.length = 0
    conn = await open('counted', { storage })
    const alone = applied.filter((n) => n === 1).length
    expect(applied.at(-1)).toBe(201)
    expect(applied).toHaveLength(alone + 1) // those that speak of schema
    expect(await conn.db().q('[:find ?n . :where [?e :x/n ?n]]')).toBe(200)
    expect(
      await conn
        .db()
        .asOf(conn.db().basisT - 100)
        .q('[:find ?n . :where [?e :x/n ?n]]'),
    ).toBe(100)
  })
})
