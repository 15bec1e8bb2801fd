import { expect, it } from 'vitest'
import { memory, open } from '../src/engine.ts'
import { indexedTo } from './support/indexed.ts'
import { NEVER } from './support/indexing.ts'

const schema = { 'p/sku': { type: 'string', unique: 'identity' }, 'p/n': { type: 'long' } } as const
const ROWS = 120
const sku = (i: number): string => `k${String(i).padStart(4, '0')}`

it('one map among many may name an entity, wherever its value lies in segments that are not read yet', async () => {
  const storage = memory()
  const first = await open('shop', { storage, schema, indexing: { segmentRows: 48, novelty: 8 } })
  await first.transact(Array.from({ length: ROWS }, (_, i) => ({ 'p/sku': sku(i), 'p/n': i })))
  await indexedTo(storage, 'shop', first.db().basisT)
  await first.close()
  for (let i = 0; i < ROWS; i++) {
    const conn = await open('shop', { storage, indexing: NEVER })
    const others = Array.from({ length: 7 }, (_, n) => ({ 'p/n': n }))
    await conn.transact([...others, { 'p/sku': sku(i), 'p/n': 100 + i }])
    expect(await conn.db().pull(['p/n'], ['p/sku', sku(i)])).toEqual({ 'p/n': 100 + i })
    await conn.close()
  }
})
