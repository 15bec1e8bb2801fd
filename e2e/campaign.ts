import { spawnSync } from 'node:child_process'
import { expect, inject } from 'vitest'
import { fromCbor } from '../src/sync/cbor.ts'
import type { PushAnswer } from '../src/sync/protocol.ts'
import { Speaker } from '../test/support/speaker.ts'
import { SCHEMA } from '../test/support/sync-world.ts'
import { wholeLog } from '../test/support/whole-log.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { badLine, lineTo, type Mishaps } from './bad-line.ts'
import { Pusher, SHARED } from './pusher.ts'
import type { SyncServer } from './sync-server.ts'

/** What can be killed, and comes back. */
export interface Mortal {
  kill(): Promise<void>
  start(): Promise<void>
}

/** What happened, in numbers. */
export interface Tally extends Mishaps {
  acknowledged: number
  refused: number
  /** Transactions that were answered more than once, and pushes that were sent more than once. */
  repeated: number
  again: number
  deaths: number
}

/** Deaths for each database at least, and transactions between two of them, roughly, where there are more. */
const DEATHS = 4
const ACKS_A_DEATH = 5000
const PUSHERS = 10
/** Milliseconds that the dead stay dead, at most. */
const DEAD_MS = 200

/**
 * Pushes to an empty database from many replicas until `acks` transactions are acknowledged, while `mortals` are killed by turns, so often
 * at least. Then its log has to be what was acknowledged.
 */
export async function campaign(
  nodes: readonly SyncServer[],
  mortals: readonly Mortal[],
  database: string,
  acks: number,
  tally: Tally,
): Promise<void> {
  const calm = new Speaker(lineTo(() => nodes[0] as SyncServer, database))
  await calm.register()
  await calm.push([calm.entry(SCHEMA), calm.entry([{ 'inv/sku': SHARED, 'inv/count': 0 }])])
  const said = new Acknowledgements()
  const line = badLine(nodes, database, tally, async (response) => {
    if (!response.ok) return
    const answer = fromCbor(new Uint8Array(await response.arrayBuffer()), { maxBytes: 1e7, maxDepth: 80 }) as PushAnswer
    if (answer.kind === 'answers') said.hear(answer.outcomes)
  })
  const pushers = Array.from({ length: PUSHERS }, () => new Pusher(line, said))
  let toDie = Math.max(DEATHS, Math.floor(acks / ACKS_A_DEATH))
  const marks = acks / (toDie + 1)
  let failed = false
  const isEnough = (): boolean => failed || (said.size >= acks && said.repeated > 0 && toDie === 0)
  const pushing = Promise.all(pushers.map((pusher) => pusher.run(isEnough))).catch((e: unknown) => {
    failed = true
    throw e
  })
  const killing = async (): Promise<void> => {
    for (; toDie > 0 && !failed; toDie--) {
      while (said.size < acks - marks * toDie && !failed) await pause(5)
      const mortal = mortals[toDie % mortals.length] as Mortal
      await mortal.kill()
      tally.deaths++
      await pause(Math.random() * DEAD_MS)
      await mortal.start()
    }
  }
  await Promise.all([pushing, killing()])
  tally.acknowledged += said.size
  tally.refused += said.refused.size
  tally.repeated += said.repeated
  for (const { again } of pushers) tally.again += again

  const log = (await wholeLog(calm)).slice(2)
  expect(log.map(({ t, txid }) => `${t} ${txid}`)).toEqual(
    [...said.confirmed].sort(([, a], [, b]) => a - b).map(([txid, t]) => `${t} ${txid}`),
  )
  const counted = pushers.reduce(
    (sum, { counted }) => sum + [...counted].filter((id) => said.confirmed.has(id)).length,
    0,
  )
  expect(
    ask(nodes[1] as SyncServer, database, `[:find ?n . :where [?e :inv/sku "${SHARED}"] [?e :inv/count ?n]]`),
  ).toBe(counted)
}

/** What a replica that begins now, of one node, finds. */
function ask({ url }: SyncServer, database: string, query: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, [inject('cli'), 'query', `${url}sync/${database}`, query])
  try {
    return JSON.parse(String(stdout))
  } catch {
    throw new Error(`no answer: ${stderr}`)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
