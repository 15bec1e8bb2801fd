import type { RemoteStorage } from '../../src/storage/port.ts'
import { SCHEMA } from '../../test/support/sync-world.ts'
import { Loopback, quiet } from './loopback.ts'
import { quantile } from './quantile.ts'

export interface Propagation {
  /** Milliseconds from the call of `transact` until it is confirmed. */
  readonly confirmed: Spread
  /** And until another replica has it in view, beyond that. */
  readonly seen: Spread
}

export interface Spread {
  readonly p50: number
  readonly p99: number
}

/** One transaction after the other, from one replica to another over HTTP. */
export async function propagation(storage: RemoteStorage, transactions: number): Promise<Propagation> {
  const server = await Loopback.start(storage)
  const [from, to] = [await server.replica(), await server.replica()]
  await from.conn.transact(SCHEMA)
  await quiet(from.conn)
  await to.conn.syncTo(from.conn.db().basisT)
  const confirmed: number[] = []
  const seen: number[] = []
  for (let i = 0; i < transactions; i++) {
    const started = performance.now()
    const { settled } = await from.conn.transact([{ 'inv/sku': `S${i}`, 'inv/count': i }])
    const elsewhere = to.conn.syncTo(to.conn.db().basisT + 1).then(() => performance.now())
    const end = await settled
    const known = performance.now()
    if (end.status !== 'confirmed') throw new Error(`not confirmed: ${JSON.stringify(end)}`)
    confirmed.push(known - started)
    seen.push(Math.max(0, (await elsewhere) - known))
  }
  for (const { conn } of [from, to]) await conn.close()
  await server.close()
  return { confirmed: spreadOf(confirmed), seen: spreadOf(seen) }
}

export const spreadOf = (times: readonly number[]): Spread => ({
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
})
