import { expect, it } from 'vitest'
import { createSyncHandler, type SyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { encodeIntent } from '../src/sync/intent.ts'
import { type Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'

const serverOf = (): SyncHandler => createSyncHandler({ storage: memoryRemote(), rate: false })

/** The txid of a transaction that was refused. */
async function refusedBy(s: Speaker, txid: string = crypto.randomUUID()): Promise<string> {
  const bad = s.entry([[':db/add', 999_999, 'nope/nope', 1]], [], txid)
  expect(statuses(await s.push([bad]))).toEqual(['rejected'])
  s.prev = txid
  return txid
}

async function rowsOfAnother() {
  const s = await speaker(serverOf())
  await s.push([s.entry(SCHEMA), s.entry([{ 'inv/sku': 'S1' }])])
  return (await s.pull()).rows
}

it('records are not adopted where one of them was refused before', async () => {
  const rows = await rowsOfAnother()
  const s = await speaker(serverOf())
  const txid = await refusedBy(s, rows[1]?.txid)
  const adopted = s.say('adopt', { t: 0, hash: '', rows })
  await expect(adopted).rejects.toMatchObject({ status: 400, code: 'backup/corrupt', data: { txid } })
  expect((await s.pull()).rows).toEqual([])
})

it('an excision whose txid was refused before is refused', async () => {
  const s = await speaker(serverOf())
  const schema = s.entry(SCHEMA)
  await s.push([schema])
  s.prev = schema.txid
  const txid = await refusedBy(s)
  await s.push([s.entry([{ 'inv/sku': 'S1' }])])
  const excision = { txid, instant: 1000, basis: 2, target: 1002, intent: encodeIntent([]) }
  expect(await s.say('excise', excision)).toMatchObject({ status: 'rejected', code: 'attribute/unknown' })
})
