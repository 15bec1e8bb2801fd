import { expect, it } from 'vitest'
import { emptyDb } from '../src/db/empty.ts'
import { decodeRecord } from '../src/engine/record.ts'
import { createSyncHandler, type SyncHandlerOptions } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { encodeIntent } from '../src/sync/intent.ts'
import type { IntentEntry } from '../src/sync/protocol.ts'
import { schemaForms } from '../src/transact/install-schema.ts'
import { FUNCTIONS, SCHEMA, someForms } from './support/random-forms.ts'
import { seedsOf } from './support/seeds.ts'
import { seededRandom } from './support/simulation/random.ts'
import { Speaker } from './support/speaker.ts'

const NOW = 1_700_000_000_000

const uuidOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** A server with some entities, and the one replica that it has, which holds a lease. */
async function server(options: Partial<SyncHandlerOptions> = {}) {
  const storage = memoryRemote()
  const handler = createSyncHandler({ storage, functions: FUNCTIONS, now: () => NOW, rate: false, ...options })
  const s = new Speaker(handler, uuidOf(0))
  await s.register()
  const { leases } = await s.hello({ want: 64 })
  const items = Array.from({ length: 8 }, (_, i) => ({ 'x/id': `e${i}`, 'x/n': 0, 'x/m': i, 'x/tags': ['a'] }))
  const forms = [...schemaForms((await emptyDb()).schema, SCHEMA), items]
  const entries = forms.map((f, i) => s.entry(f, [], uuidOf(1000 + i)))
  await s.push(entries)
  s.prev = entries.at(-1)?.txid as string
  return { s, lease: leases[0]?.[0] as number, seq: s.seq }
}

/** Pushes that often speak of the same, of ids that were proposed before too. */
function someEntries(seed: number, count: number, lease: number, seq: number): IntentEntry[] {
  const random = seededRandom(seed)
  const int = (n: number) => Math.floor(random() * n)
  return Array.from({ length: count }, (_, k) => {
    const named = int(4) === 0
    const forms = named ? [{ 'db/id': 'new', 'x/id': `e${int(16)}`, 'x/m': k }] : someForms(int, k)
    const ids = named ? [['new', lease + int(12)] as const] : []
    const own = { txid: uuidOf(k + 1), seq: seq + k + 1, basis: 0, instant: NOW }
    return { ...own, intent: encodeIntent(forms), ids, txs: [] }
  })
}

async function logOf(s: Speaker) {
  const { rows } = await s.pull()
  return rows.map((row) => decodeRecord(row))
}

/** What the server says of `entries`, pushed in batches of so many, and the log that it has then. */
async function pushed(seed: number, batch: number, options: Partial<SyncHandlerOptions> = {}) {
  const { s, lease, seq } = await server(options)
  const entries = someEntries(seed, 60, lease, seq)
  const said: unknown[] = []
  for (let i = 0; i < entries.length; i += batch) {
    const some = entries.slice(i, i + batch)
    const answer = await s.push(some)
    said.push(...(answer.kind === 'answers' ? answer.outcomes : [answer]))
    s.prev = some.at(-1)?.txid as string
  }
  return { said, log: await logOf(s) }
}

it.each(seedsOf(16))('a push of many comes to what they come to one by one (seed %i)', async (seed) => {
  const single = await pushed(seed, 1)
  expect(await pushed(seed, 60)).toEqual(single)
  expect(new Set(single.said.map((o) => (o as { status: string }).status))).toEqual(new Set(['confirmed', 'rejected']))
})

it('who validates sees each value before and after, whatever is decided with it', async () => {
  const looking = (log: unknown[]): Partial<SyncHandlerOptions> => ({
    validate: async ({ before, after, txData }) => {
      const count = '[:find (count ?e) . :where [?e :tx/id]]'
      log.push([before.basisT, await before.q(count), after.basisT, await after.q(count), txData.length])
      if (txData.some(({ v }) => v === 7)) throw new Error('seven')
    },
  })
  const [one, many]: unknown[][] = [[], []]
  const single = await pushed(3, 1, looking(one as unknown[]))
  expect(await pushed(3, 60, looking(many as unknown[]))).toEqual(single)
  expect(many).toEqual(one)
  expect(JSON.stringify(single.said).includes('seven')).toBe(true)
})
