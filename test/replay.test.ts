import { expect, it } from 'vitest'
import type { Db } from '../src/db/db.ts'
import { emptyDb } from '../src/db/empty.ts'
import { scan } from '../src/db/view.ts'
import { applyRows } from '../src/engine/replay.ts'
import { memory, open } from '../src/engine.ts'
import type { LogRow } from '../src/storage/port.ts'
import { FUNCTIONS, SCHEMA, someForms } from './support/random-forms.ts'
import { seedsOf } from './support/seeds.ts'
import { seededRandom } from './support/simulation/random.ts'

async function someLog(seed: number): Promise<readonly LogRow[]> {
  const random = seededRandom(seed)
  const int = (n: number) => Math.floor(random() * n)
  const storage = memory()
  const conn = await open('log', { storage, schema: SCHEMA, functions: FUNCTIONS })
  await conn.transact(Array.from({ length: 8 }, (_, i) => ({ 'x/id': `e${i}`, 'x/n': 0, 'x/m': i, 'x/tags': ['a'] })))
  for (let k = 0; k < 60; k++) await conn.transact(someForms(int, k)).catch(() => undefined)
  await conn.close()
  const store = await storage.open('log')
  const rows = await store.readLog(1, 1000)
  await store.close()
  return rows
}

/** Everything that ever held, in each index. */
function factsOf(db: Db): unknown[] {
  const history = { ...db, view: { asOf: undefined, since: undefined, history: true } }
  return (['eavt', 'aevt', 'avet', 'vaet'] as const).map((index) =>
    scan(history, index, {})
      .batches()
      .flatMap(({ e, a, v, tx, added, start, end }) =>
        Array.from({ length: end - start }, (_, i) => {
          return [e[start + i], a[start + i], v[start + i], tx[start + i], added?.[start + i]]
        }),
      ),
  )
}

it.each(seedsOf(12))('a log read in pages is the same value, whatever the pages (seed %i)', async (seed) => {
  const rows = await someLog(seed)
  const fold = async (page: number) => {
    let at = { db: await emptyDb(), head: { t: 0, hash: '' } }
    for (let i = 0; i < rows.length; i += page) at = await applyRows(at.db, at.head, rows.slice(i, i + page))
    return {
      facts: factsOf(at.db),
      head: at.head,
      basisT: at.db.basisT,
      lastTx: at.db.lastTx,
      idents: at.db.schema.idents,
    }
  }
  const single = await fold(1)
  expect(single.head.t).toBe(rows.length)
  for (const page of [7, rows.length]) expect(await fold(page)).toEqual(single)
})
