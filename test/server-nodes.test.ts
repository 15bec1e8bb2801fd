import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createSyncHandler, type SyncHandler } from '../src/server/handler.ts'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import type { IntentEntry, PushAnswer } from '../src/sync/protocol.ts'
import { KINDS, type Places } from './support/databases/places.ts'
import type { DatabaseServer } from './support/databases/server-process.ts'
import { Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'
import { wholeLog } from './support/whole-log.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Transactions of one push. */
const BATCH = 5

const open: SyncHandler[] = []
const nodeOn = (url: string): SyncHandler => {
  const node = createSyncHandler({ storage: sqlRemote({ url }), onError: () => undefined })
  open.push(node)
  return node
}
const closeAll = async (): Promise<void> => {
  for (const node of open.splice(0)) await node.close()
}

/** Pushes as a replica does: again and again, until it is answered. Resolves to what it sent. */
async function pushAll(s: Speaker, pushes: number, name: string): Promise<IntentEntry[]> {
  const sent: IntentEntry[] = []
  for (let i = 0; i < pushes; i++) {
    const entries = Array.from({ length: BATCH }, (_, k) =>
      s.entry([{ 'inv/sku': `${name}-${i}-${k}`, 'inv/count': k }]),
    )
    const answer = await insist(() => s.push(entries))
    expect(statuses(answer)).toEqual(entries.map(() => 'confirmed'))
    s.prev = entries.at(-1)?.txid as string
    sent.push(...entries)
  }
  return sent
}

async function insist(push: () => Promise<PushAnswer>): Promise<PushAnswer> {
  const deadline = performance.now() + 60_000
  for (;;) {
    try {
      return await push()
    } catch (e) {
      if ((e as { status?: number }).status !== 503 || performance.now() > deadline) throw e
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** The log of `node` holds each of `sent` once, without a gap, chained by hash. */
async function checkLog(node: SyncHandler, sent: readonly IntentEntry[]): Promise<void> {
  const txids = (await wholeLog(new Speaker(node))).map(({ txid }) => txid)
  expect(txids.slice(1).sort()).toEqual(sent.map(({ txid }) => txid).sort())
}

describe.each(KINDS)('two nodes on one $name', ({ name, start }) => {
  describe.skipIf(start === undefined)('as it is installed here', () => {
    let places: Places
    beforeAll(async () => {
      places = await (start as () => Promise<Places>)()
    })
    afterAll(async () => {
      await closeAll()
      await places?.close()
    })

    it('append as fast as they can: no gap, nothing lost, nothing twice', async () => {
      const url = await places.fresh()
      const nodes = [nodeOn(url), nodeOn(url)]
      const first = await speaker(nodes[0] as SyncHandler)
      await first.push([first.entry(SCHEMA)])
      const speakers = await Promise.all(Array.from({ length: 8 }, (_, i) => speaker(nodes[i % 2] as SyncHandler)))
      const sent = (await Promise.all(speakers.map((s, i) => pushAll(s, 10, `s${i}`)))).flat()
      for (const node of nodes) await checkLog(node, sent)
      // once more, by the other node
      const [a] = speakers as [Speaker]
      const again = new Speaker(nodes[1] as SyncHandler, a.replica)
      again.epoch = a.epoch
      const mine = sent.slice(0, BATCH)
      expect(statuses(await again.push(mine))).toEqual(mine.map(() => 'confirmed'))
      await checkLog(nodes[1] as SyncHandler, sent)
      await closeAll()
    })

    it('tell each other’s followers', async () => {
      const url = await places.fresh()
      const [here, there] = [nodeOn(url), nodeOn(url)]
      const stream = await there(new Request('http://test/sync/shop/follow?from=0'))
      const reader = stream.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
      const next = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value)
      expect(await next()).toBe(': here\n\n')
      const s = await speaker(here)
      await s.push([s.entry(SCHEMA)])
      expect(await next()).toContain('{"t":1}')
      await closeAll()
    })

    // a file has no server to kill
    if (name === 'SQLite') return
    it('outlive a server that is killed under load: what was acknowledged is there, once', async () => {
      const server = places.server as DatabaseServer
      const url = await places.fresh()
      const nodes = [nodeOn(url), nodeOn(url)]
      const first = await speaker(nodes[0] as SyncHandler)
      await first.push([first.entry(SCHEMA)])
      const speakers = await Promise.all(Array.from({ length: 6 }, (_, i) => speaker(nodes[i % 2] as SyncHandler)))
      let failures = 0
      const load = speakers.map(async (s, i) => {
        const push = s.push
        s.push = (...args: Parameters<typeof push>) =>
          push(...args).catch((e: unknown) => {
            failures++
            throw e
          })
        return pushAll(s, 25, `k${i}`)
      })
      const done = Promise.all(load)
      done.catch(() => undefined)
      for (let kill = 0; kill < 2; kill++) {
        await new Promise((resolve) => setTimeout(resolve, 150))
        await server.kill()
        await new Promise((resolve) => setTimeout(resolve, 100))
        await server.restart()
      }
      const sent = (await done).flat()
      expect(failures).toBeGreaterThan(0)
      for (const node of nodes) await checkLog(node, sent)
      await closeAll()
    })
  })
})
