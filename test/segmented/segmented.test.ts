import { expect, it } from 'vitest'
import { noveltyOf, segmentsOf } from '../../src/db/merge.ts'
import type { DbHandle } from '../../src/engine/handle.ts'
import { memory, open } from '../../src/engine.ts'

it('lays every fact of a database in segments, in this project', async () => {
  const conn = await open('any', { storage: memory(), schema: { 'p/name': { type: 'string', index: true } } })
  const { dbAfter } = await conn.transact(Array.from({ length: 20 }, (_, i) => ({ 'p/name': `n${i}` })))
  const db = await (dbAfter as unknown as DbHandle).unwrap()
  expect(noveltyOf(db)).toBe(0)
  expect(segmentsOf(db).size).toBeGreaterThan(50)
  expect(await dbAfter.q('[:find (count ?e) . :where [?e :p/name]]')).toBe(20)
  await conn.close()
})
