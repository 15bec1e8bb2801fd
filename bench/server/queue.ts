import { memory } from '../../src/storage/memory.ts'
import type { RemoteStorage } from '../../src/storage/port.ts'
import { SCHEMA } from '../../test/support/sync-world.ts'
import { Loopback, quiet } from './loopback.ts'

export interface Drained {
  readonly pending: number
  /** Milliseconds to open the replica with so much pending. */
  readonly openMs: number
  /** Milliseconds from the network's return until nothing is pending. */
  readonly drainMs: number
  /** Milliseconds of processor time of client and server, a transaction. */
  readonly cpuMs: number
  /** Bytes of all bodies a transaction, beyond its intent and txid; up and down. */
  readonly overheadUp: number
  readonly down: number
}

/** Bytes of a uuid as it is sent: 36 characters and their length. */
const TXID_BYTES = 38

/** So many transactions, made without a network, and what becomes of them when there is one. */
export async function drained(storage: RemoteStorage, pending: number): Promise<Drained> {
  const server = await Loopback.start(storage)
  const local = memory()
  const first = await server.replica(local)
  await first.conn.transact(SCHEMA)
  await quiet(first.conn)
  first.conn.sync.setOnline(false)
  for (let made = 0; made < pending; made += 500) {
    const some = Array.from({ length: Math.min(500, pending - made) }, (_, i) => ({ 'inv/sku': `S${made + i}` }))
    await Promise.all(some.map((item, i) => first.conn.transact([{ ...item, 'inv/count': i }])))
  }
  await first.conn.close()

  const opening = performance.now()
  const { conn, ledger, traffic } = await server.replica(local)
  const openMs = performance.now() - opening
  const intents = ledger.state.entries.reduce((sum, { body }) => sum + body.intent.length + TXID_BYTES, 0)
  const cpu = process.cpuUsage()
  const started = performance.now()
  await quiet(conn)
  const drainMs = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  await conn.close()
  await server.close()
  return {
    pending,
    openMs,
    drainMs,
    cpuMs: (user + system) / 1000 / pending,
    overheadUp: (traffic.sent - intents) / pending,
    down: traffic.received / pending,
  }
}
