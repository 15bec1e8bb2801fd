import { connect, defineSchema } from 'annals'
import { expect, it } from 'vitest'

const schema = defineSchema({
  'p/id': { type: 'string', unique: 'identity' },
  'p/name': { type: 'string', index: true },
})
const names = '[:find [?n ...] :where [_ :p/name ?n]]'
const worker = (): Worker => new Worker(new URL('../worker/index.ts', import.meta.url), { type: 'module' })

/** All bytes of the log as it lies in IndexedDB, as text. */
async function bytesOnDisk(name: string): Promise<string> {
  const asked = indexedDB.open(`annals/1/${encodeURIComponent(name)}`)
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
  const groups = await new Promise<readonly { readonly body: Uint8Array }[][]>((resolve, reject) => {
    const all = db.transaction('log').objectStore('log').getAll()
    all.onsuccess = () => resolve(all.result)
    all.onerror = () => reject(all.error)
  })
  db.close()
  return groups
    .flat()
    .map(({ body }) => new TextDecoder('latin1').decode(body))
    .join('\n')
}

it('excised facts are gone from the disk, and the database opens as before', async () => {
  const name = crypto.randomUUID()
  const first = await connect(name, { schema, worker })
  await first.transact([{ 'p/id': 'ada', 'p/name': 'Secret Ada' }])
  await first.transact([
    { 'p/id': 'ada', 'p/name': 'Countess' },
    { 'p/id': 'bob', 'p/name': 'Bob' },
  ])
  expect(await bytesOnDisk(name)).toContain('Secret Ada')
  const { removed } = await first.excise(['p/id', 'ada'])
  expect(removed).toBe(3)
  const left = await bytesOnDisk(name)
  for (const secret of ['Secret Ada', 'Countess']) expect(left).not.toContain(secret)
  expect(left).toContain('Bob')
  await first.close()

  const again = await connect(name, { schema, worker })
  expect(await again.db().q(names)).toEqual(['Bob'])
  expect(await again.db().history().q(names)).toEqual(['Bob'])
  await again.transact([{ 'p/id': 'ada', 'p/name': 'Another Ada' }])
  expect((await again.db().q<string[]>(names)).toSorted()).toEqual(['Another Ada', 'Bob'])
  await again.close()
})
