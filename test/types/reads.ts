import type { Connection, Db, Explanation, ShownDatom } from 'annals'
import { is } from './equal.ts'
import type { schema } from './schema.ts'
import type { functions } from './transact.ts'

type Conn = Connection<typeof schema, typeof functions>
type Value = Db<typeof schema, typeof functions>

/** Indexes, entities and plans, by the schema. Compiled, never run. */
export async function indexes(db: Value, text: string, given: readonly unknown[]): Promise<void> {
  is<ShownDatom<number>[]>()(await db.indexRange('inv/count', 5, 10))
  is<ShownDatom<string>[]>()(await db.indexRange(':inv/sku', null, 'B', { limit: 3 }))
  is<ShownDatom[]>()(await db.indexRange(text, 5))
  is<ShownDatom<Date>[]>()(await db.datoms('aevt', 'db/txInstant'))
  is<ShownDatom<number>[]>()(await db.datoms('avet', 'inv/count', 7, { limit: 1 }))
  is<ShownDatom<string>[]>()(await db.datoms('eavt', ['inv/sku', 'A'], ':inv/sku'))
  is<ShownDatom<number>[]>()(await db.datoms(':vaet', ':red', 'inv/color'))
  is<ShownDatom[]>()(await db.datoms('eavt', 5))
  is<ShownDatom[]>()(await db.datoms('eavt'))
  is<ShownDatom[]>()(await db.datoms('aevt', text, 5))
  is<ShownDatom[]>()(await db.datoms('aevt', ...given))
  await db.seekDatoms('aevt', 'inv/sku', 5, 'A', { limit: 10 })
  await db.rseekDatoms('avet', 'inv/count', 5)
  await db.entid(['inv/sku', 'A'])
  await db.entid(':red')
  is<Explanation>()(await db.explain({ find: ['?s'], where: [['?e', 'inv/sku', '?s']] }))
  await db.explain({ find: ['?e'], in: ['$', '?n'], where: [['?e', 'inv/count', '?n']] }, [5], { timeout: 100 })
  await db.explain(text, given)
  const pulled = await db.indexPull({ index: 'avet', pattern: ['inv/sku'], start: ['inv/count', 5], reverse: true })
  is<string | undefined>()(pulled[0]?.['inv/sku'])
  await db.indexPull({ index: 'avet', pattern: ['inv/sku'], start: [text] })

  // @ts-expect-error misspelt
  await db.indexRange('inv/cuont')
  // @ts-expect-error a count is a number
  await db.indexRange('inv/count', 'five')
  // @ts-expect-error misspelt
  await db.datoms('aevt', 'inv/skv')
  // @ts-expect-error the attribute comes first in this index
  await db.datoms('avet', ['inv/sku', 'A'], 'inv/count')
  // @ts-expect-error a count is a number
  await db.datoms('avet', 'inv/count', 'seven')
  // @ts-expect-error misspelt
  await db.datoms('eavt', 5, 'inv/skv')
  // @ts-expect-error not unique
  await db.datoms('eavt', ['inv/count', 5])
  // @ts-expect-error misspelt
  await db.seekDatoms('aevt', 'inv/skv')
  // @ts-expect-error misspelt
  await db.rseekDatoms('avet', 'inv/skv')
  // @ts-expect-error not unique
  await db.entid(['inv/count', 5])
  // @ts-expect-error misspelt
  await db.explain({ find: ['?s'], where: [['?e', 'inv/skv', '?s']] })
  // @ts-expect-error without its input
  await db.explain({ find: ['?e'], in: ['$', '?n'], where: [['?e', 'inv/count', '?n']] })
  // @ts-expect-error misspelt
  await db.indexPull({ index: 'avet', pattern: ['inv/sku'], start: ['inv/skv'] })
  // @ts-expect-error misspelt in the pattern
  await db.indexPull({ index: 'avet', pattern: ['inv/skv'], start: ['inv/sku'] })
}

/** Transaction data by other ways than `transact`. */
export async function changes(conn: Conn, built: readonly { id: string; up: string }[]): Promise<void> {
  await conn.migrate([
    { id: 'one', up: [{ 'inv/sku': 'A', 'inv/count': 1 }] },
    { id: 'two', up: 'order/tidy' },
    { id: 'three', up: [[':db/add', 5, 'inv/color', ':red']] },
  ])
  await conn.migrate(built)
  await conn.sync.amend('id', [{ 'inv/sku': 'A' }])
  await conn.sync.amend('id', '[]')

  // @ts-expect-error misspelt
  await conn.migrate([{ id: 'one', up: [{ 'inv/skv': 'A' }] }])
  // @ts-expect-error a count is a number
  await conn.migrate([{ id: 'one', up: [[':db/add', 5, 'inv/count', 'one']] }])
  // @ts-expect-error misspelt
  await conn.sync.amend('id', [{ 'inv/skv': 'A' }])
}

/** Where nothing is known, everything may be. */
export async function untypedReads(db: Db, conn: Connection): Promise<void> {
  is<ShownDatom[]>()(await db.datoms('avet', 'un/known', 5, 6, 7))
  is<ShownDatom[]>()(await db.indexRange('un/known', 'a', 'b'))
  await db.entid(['un/known', 5])
  await db.indexPull({ index: 'aevt', pattern: ['un/known'], start: ['un/known'] })
  await conn.migrate([{ id: 'a', up: [{ 'un/known': 5 }] }])
  await conn.sync.amend('id', [{ 'un/known': 5 }])
}
