import { existsSync } from 'node:fs'
import { AnnalsError } from '../../base/errors.ts'
import { EngineConnection } from '../../engine/connection.ts'
import { createRuntime } from '../../engine/create-runtime.ts'
import { memory } from '../../storage/memory.ts'
import type { ConfirmedHead, LogRow } from '../../storage/port.ts'
import { sqlRemote } from '../../storage/sql/sql-remote.ts'
import { openReplica } from '../../sync/open-replica.ts'
import { type HelloAnswer, PROTOCOL, type Refusal } from '../../sync/protocol.ts'
import { httpTransport, type Transport } from '../../sync/transport.ts'
import { createSyncHandler } from '../handler.ts'
import { askRefusals, type Target } from './ask-refusals.ts'
import type { Place } from './place.ts'

/** Records asked for at a time; the server may give fewer. */
const PAGE = 1000

/** One remote database, at a server or in a storage that is opened here. */
export interface Remote {
  /** As people are told of it. */
  readonly name: string
  /** Records after `t`, to the head. */
  rows(t: number): AsyncGenerator<LogRow>
  /** Where the log stands. */
  head(): Promise<ConfirmedHead>
  /** Appends records that follow `after`. Resolves to where the log then stands. */
  adopt(after: ConfirmedHead, rows: readonly LogRow[]): Promise<number>
  /** What was refused. */
  refusals(): Promise<readonly Refusal[]>
  /** A replica in memory that has caught up. Rejects where there is nothing to read. */
  replica(): Promise<EngineConnection>
  /** What went wrong in a storage that is opened here, of which its answers say nothing. */
  failure(): unknown
  close(): Promise<void>
}

/** `make`: whether a file that is not there may be made. `token`: for a server. Throws errors for people. */
export function openRemote(place: Place, token: string | undefined, make: boolean): Remote {
  if (place.kind === 'storage') {
    checkFile(place.storage, make)
    let failure: unknown
    // The handler itself answers, in this process: one way for both.
    const handler = createSyncHandler({
      storage: sqlRemote({ url: place.storage }),
      rate: false,
      onError: (error) => {
        failure ??= error
      },
    })
    const send = ((url: string, init?: RequestInit) => handler(new Request(url, init))) as typeof fetch
    const { database } = place
    const remote = remoteAt({ url: `http://localhost/${database}`, token: undefined, send }, `the database ${database}`)
    const close = async (): Promise<void> => {
      await remote.close()
      await handler.close()
    }
    return { ...remote, failure: () => failure, close }
  }
  return remoteAt({ url: place.url, token, send: fetch }, `the database at ${place.url}`)
}

function checkFile(storage: string, make: boolean): void {
  const path = storage.replace(/^sqlite:(\/\/)?/, '')
  if (make || !storage.startsWith('sqlite:') || existsSync(path)) return
  throw new AnnalsError('storage/unavailable', `there is no file ${path}`, { path })
}

function remoteAt({ url, token, send }: Target, name: string): Remote {
  const remote = { url, ...(token !== undefined && { auth: () => token }) }
  const transport = httpTransport({ ...remote, fetch: send })
  const ended = new AbortController()
  const { signal } = ended
  const hello = () => transport.hello(HELLO, false, signal)
  return {
    name,
    rows: (t) => rowsAfter(transport, t, hello, signal),
    head: async () => {
      const { t, excisions } = await hello()
      const ask = { from: t, max: 1, excised: excisions.length }
      const [last] = t === 0 ? [] : (await transport.pull(ask, signal)).rows
      return { t, hash: last?.hash ?? '' }
    },
    adopt: async (after, rows) => {
      await hello() // brings the token
      return (await transport.adopt({ protocol: PROTOCOL, ...after, rows }, signal)).t
    },
    refusals: () => askRefusals({ url, token, send }),
    replica: async () => {
      const { t } = await hello()
      if (t === 0) throw emptyError(name)
      const runtime = createRuntime({})
      const { ledger, sync, stop } = await openReplica(await memory().open('replica'), runtime, { remote: transport })
      const conn = new EngineConnection('replica', ledger, runtime, sync, stop)
      await caughtUp(conn).catch(async (e: unknown) => {
        await conn.close()
        throw e
      })
      return conn
    },
    failure: () => undefined,
    close: async () => ended.abort(),
  }
}

export const emptyError = (name: string): AnnalsError =>
  new AnnalsError('log/unknown-transaction', `${name} is empty`, {})

/** Nobody in particular, who has nothing. */
const HELLO = {
  protocol: PROTOCOL,
  replica: '00000000-0000-4000-8000-000000000000',
  t: 0,
  hash: '',
  excised: 0,
  functions: [],
  leasedTo: 0,
  want: 0,
}

async function* rowsAfter(
  transport: Transport,
  t: number,
  hello: () => Promise<HelloAnswer>,
  signal: AbortSignal,
): AsyncGenerator<LogRow> {
  const { t: head, excisions } = await hello()
  const excised = excisions.length
  for (let next = t + 1; next <= head; ) {
    const { rows, ...page } = await transport.pull({ from: next, max: PAGE, excised }, signal)
    if (page.excised !== excised) {
      throw new AnnalsError('sync/diverged', 'facts were taken out of the log meanwhile: begin again', {})
    }
    if (rows.length === 0) throw new AnnalsError('sync/diverged', `the log ends at t ${next - 1}, not at ${head}`, {})
    yield* rows
    next += rows.length
  }
}

/** Resolves when the replica is live; rejects at the first failure, for nobody is there to wait. */
function caughtUp({ sync }: EngineConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop = (): void => undefined
    const look = (): void => {
      const { state, error, t, remoteT } = sync.getSnapshot()
      if (state === 'live' && t === remoteT) resolve()
      else if (error !== undefined) reject(new AnnalsError(error.code, error.message, error.data))
      else return
      stop()
    }
    stop = sync.subscribe(look)
    look()
  })
}
