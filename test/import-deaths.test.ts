import { expect, it, vi } from 'vitest'
import { type Connection, type Db, type ImportProgress, memory, open, restore } from '../src/engine.ts'
import { EAGER, NEVER } from './support/indexing.ts'
import { mortal } from './support/mortal-storage.ts'
import { withoutRoot } from './support/without-root.ts'

/** Small steps, so that there are several. */
vi.mock('../src/base/import-chunk.ts', async (original) => ({
  ...(await original<typeof import('../src/base/import-chunk.ts')>()),
  STEP: { elements: 50, bytes: 1e6 },
}))

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long', index: true },
  'inv/like': { type: 'ref' },
  'inv/note': { type: 'string' },
} as const

/** Elements that share transactions, and some that do not. */
const ELEMENTS = Array.from({ length: 180 }, (_, i) => {
  const like = i % 7 === 1 ? { 'inv/like': ['inv/sku', `SKU-${i - 1}`] as const } : undefined
  const map = { 'inv/sku': `SKU-${i}`, 'inv/count': i, 'inv/note': `note ${i}`, ...like }
  return i % 100 === 70 ? [map] : map
})
const skusOf = (elements: readonly (typeof ELEMENTS)[number][]): string[] =>
  elements.flat().map((map) => map['inv/sku'])
const skusIn = (conn: Connection) => conn.db().q<string[]>('[:find [?sku ...] :where [_ :inv/sku ?sku]]')

async function factsIn(db: Db): Promise<string[]> {
  const facts: string[] = []
  for (const index of ['eavt', 'aevt', 'avet', 'vaet'] as const) {
    for (const { e, a, v, tx } of await db.datoms(index))
      facts.push(`${index} ${e} ${a} ${String(v).slice(0, 20)} ${tx}`)
  }
  return facts
}

it('an import whose process dies at any write is there up to some element, and goes on from there', async () => {
  let died = 0
  for (let at = 0, isOver = false; !isOver; at++) {
    const storage = memory()
    const { life, place } = mortal(storage, at)
    let told: ImportProgress = { elements: 0, transactions: 0, datoms: 0 }
    const script = async (): Promise<void> => {
      const conn = await open('shop', { storage: place, schema, indexing: { ...EAGER, segmentRows: 50 } })
      const onProgress = (progress: ImportProgress): void => {
        told = progress
      }
      await conn.import(ELEMENTS, { onProgress })
      await conn.close()
      isOver = !life.died
    }
    await Promise.race([script(), life.death])
    if (!isOver) died++

    const again = await open('shop', { storage, schema, indexing: NEVER })
    const there = (await skusIn(again)).length
    expect(there, `death at ${at}`).toBeGreaterThanOrEqual(told.elements)
    expect(new Set(await skusIn(again)), `death at ${at}`).toEqual(new Set(skusOf(ELEMENTS.slice(0, there))))
    const whole = await again.db().q('[:find (count ?e) . :where [?e :inv/count] [?e :inv/note]]')
    expect(whole ?? 0, `death at ${at}`).toBe(there)
    const fromLog = await open('shop', { storage: withoutRoot(storage), indexing: NEVER })
    expect(await factsIn(again.db()), `death at ${at}`).toEqual(await factsIn(fromLog.db()))
    await fromLog.close()

    await again.import(ELEMENTS.slice(there))
    expect(new Set(await skusIn(again)), `after death at ${at}`).toEqual(new Set(skusOf(ELEMENTS)))
    await again.close()
  }
  expect(died).toBeGreaterThan(8)
}, 120_000)

it('a restore whose process dies at any write is made again, and comes to the same', async () => {
  const conn = await open('shop', { storage: memory(), schema, indexing: NEVER })
  for (let i = 0; i < 4; i++) {
    await conn.transact([{ 'inv/sku': `SKU-${i}`, 'inv/count': i, 'inv/note': 'long '.repeat(120_000) }])
  }
  const backup = await new Response(conn.export() as never).blob()
  const { basisT } = conn.db()
  let died = 0
  for (let at = 0, isOver = false; !isOver; at++) {
    const storage = memory()
    const { life, place } = mortal(storage, at)
    const script = async (): Promise<void> => {
      await restore('again', backup, { storage: place })
      isOver = !life.died
    }
    await Promise.race([script(), life.death])
    if (!isOver) died++

    const half = await open('again', { storage, indexing: NEVER })
    const reached = half.db().basisT
    expect(await factsIn(half.db()), `death at ${at}`).toEqual(await factsIn(conn.db().asOf(reached)))
    await half.close()
    expect(await restore('again', backup, { storage })).toEqual({ t: basisT, restored: basisT - reached })
    const again = await open('again', { storage, indexing: NEVER })
    expect(await factsIn(again.db()), `after death at ${at}`).toEqual(await factsIn(conn.db()))
    await again.close()
  }
  expect(died).toBeGreaterThan(2)
  await conn.close()
}, 120_000)
