import { memory } from '../../src/storage/memory.ts'
import type { RemoteStorage } from '../../src/storage/port.ts'
import { SCHEMA } from '../../test/support/sync-world.ts'
import { Loopback, quiet } from './loopback.ts'
import { quantile } from './quantile.ts'

export interface Rebased {
  readonly pending: number
  /** Pending transactions about the item that the news is about. */
  readonly touched: number
  /** Milliseconds from its record to the value that has it: median of all rounds. */
  readonly ms: number
}

const ITEMS = 50
const ROUNDS = 15
const item = (i: number): string => `S${i % ITEMS}`

/** What somebody else says of one of the items, put below so many pending transactions about all of them, none of which leaves. */
export async function rebased(storage: RemoteStorage, pending: number): Promise<Rebased> {
  const server = await Loopback.start(storage)
  const other = await server.replica()
  await other.conn.transact(SCHEMA)
  await other.conn.transact(Array.from({ length: ITEMS }, (_, i) => ({ 'inv/sku': item(i), 'inv/count': i })))
  await quiet(other.conn)
  const { conn, ledger } = await server.replica(memory(), (url) => !url.endsWith('/push'))
  await quiet(conn)
  conn.sync.setOnline(false)
  for (let n = 0; n < pending; n++) await conn.transact([[':db/add', ['inv/sku', item(n)], 'inv/count', n]])

  const absorb = ledger.absorb.bind(ledger)
  let began = 0
  ledger.absorb = (decidedOn) => {
    began ||= performance.now()
    return absorb(decidedOn)
  }
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { settled } = await other.conn.transact([{ 'inv/sku': item(0), 'inv/count': -round }])
    const end = await settled
    if (end.status !== 'confirmed') throw new Error(`not confirmed: ${JSON.stringify(end)}`)
    began = 0
    conn.sync.setOnline(true)
    await conn.syncTo(end.t)
    times.push(performance.now() - began)
    conn.sync.setOnline(false)
    if (ledger.state.entries.length !== pending) throw new Error('something has left the queue')
  }
  for (const replica of [conn, other.conn]) await replica.close()
  await server.close()
  return { pending, touched: pending / ITEMS, ms: quantile(times, 0.5) }
}
