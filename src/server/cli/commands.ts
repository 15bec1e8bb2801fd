import { createReadStream } from 'node:fs'
import { AnnalsError } from '../../base/errors.ts'
import { backupLines, readBackup } from '../../engine/backup.ts'
import type { EngineConnection } from '../../engine/connection.ts'
import type { ConfirmedHead, LogRow } from '../../storage/port.ts'
import type { DatabaseCommand } from './arguments.ts'
import type { Console } from './console.ts'
import { netChanges } from './net-changes.ts'
import { oneLine } from './one-line.ts'
import { emptyError, type Remote } from './remote.ts'
import { factLine, factShower, plain } from './show-facts.ts'
import { writeLines } from './write-lines.ts'

type Command<K extends DatabaseCommand['kind']> = Extract<DatabaseCommand, { kind: K }>

/** Bytes of the records adopted at a time, unless a single one is larger. */
const ADOPT_BYTES = 4 * 1024 * 1024

/** Runs a command on one database. Throws what went wrong. */
export function runCommand(command: DatabaseCommand, remote: Remote, console: Console): Promise<void> {
  switch (command.kind) {
    case 'log':
      return withReplica(remote, (conn) => showLog(conn, command, console))
    case 'refusals':
      return showRefusals(remote, command, console)
    case 'diff':
      return withReplica(remote, (conn) => showDiff(conn, command, console))
    case 'undo':
      return withReplica(remote, (conn) => undo(conn, command, console))
    case 'query':
      return withReplica(remote, (conn) => answerQuery(conn, command, console))
    case 'stats':
      return withReplica(remote, (conn) => showStats(conn, console))
    case 'export':
      return writeBackup(remote, command, console)
    case 'restore':
      return restore(remote, command, console)
  }
}

async function withReplica(remote: Remote, use: (conn: EngineConnection) => Promise<void>): Promise<void> {
  const conn = await remote.replica()
  try {
    await use(conn)
  } finally {
    await conn.close()
  }
}

async function showLog(conn: EngineConnection, { from, to, json }: Command<'log'>, { out }: Console): Promise<void> {
  const show = await factShower(conn)
  const users = new Map(await conn.db().q<[number, string][]>('[:find ?tx ?user :where [?tx :tx/user ?user]]'))
  for await (const { t, tx, id, instant, datoms } of conn.log({ from, ...(to !== undefined && { to }) })) {
    const user = users.get(tx)
    const facts = datoms.map(show)
    if (json) out(JSON.stringify({ t, id, instant, ...(user !== undefined && { user }), facts }))
    else
      out(
        [
          oneLine(`${t}  ${instant.toISOString()}  ${id}  ${user ?? ''}`.trimEnd()),
          ...facts.map((f) => `  ${factLine(f)}`),
        ].join('\n'),
      )
  }
}

async function showRefusals(remote: Remote, { json }: Command<'refusals'>, { out }: Console): Promise<void> {
  for (const refusal of await remote.refusals()) {
    const { txid, replica, seq, code, message } = refusal
    out(json ? JSON.stringify(refusal) : oneLine(`${txid}  ${replica} #${seq}  ${code}  ${message}`))
  }
}

async function showDiff(conn: EngineConnection, { from, to, json }: Command<'diff'>, { out }: Console): Promise<void> {
  const show = await factShower(conn)
  const until = to ?? conn.db().basisT
  if (until < from)
    throw new AnnalsError('db/bad-option', `--to ${until} comes before --from ${from}`, { from, to: until })
  for (const datom of await netChanges(conn.log({ from: from + 1, to: until }))) {
    const fact = show(datom)
    out(json ? JSON.stringify(fact) : factLine(fact))
  }
}

async function undo(conn: EngineConnection, command: Command<'undo'>, { out }: Console): Promise<void> {
  const { target, dryRun, strict } = command
  const show = await factShower(conn)
  const { id, reverted, skipped } = dryRun ? await conn.planUndo(target) : await conn.undo(target, { strict })
  // a reverted assertion is gone again, a reverted retraction is back
  for (const datom of reverted) out(factLine({ ...show(datom), added: !datom.added }))
  for (const { datom, reason } of skipped) out(`left alone: ${factLine(show(datom))} (${reason})`)
  if (dryRun) return out(`would revert ${reverted.length}, leave ${skipped.length} alone`)
  if (id === undefined) return out('nothing was left to revert')
  const settled = await conn.sync.settled(id)
  if (settled.status === 'rejected') throw new AnnalsError(settled.code, settled.message, settled.facts)
  out(`undone by ${id}${settled.status === 'confirmed' ? ` at t ${settled.t}` : ''}`)
}

async function answerQuery(conn: EngineConnection, command: Command<'query'>, { out }: Console): Promise<void> {
  const { query, inputs, asOf, since, history } = command
  let db = conn.db()
  if (asOf !== undefined) db = db.asOf(asOf)
  if (since !== undefined) db = db.since(since)
  if (history) db = db.history()
  out(JSON.stringify(plain(await db.q(query, inputs)) ?? null))
}

async function showStats(conn: EngineConnection, { out }: Console): Promise<void> {
  const { basisT, datoms, pastDatoms, attributes } = await conn.stats()
  out(JSON.stringify({ t: basisT, datoms, pastDatoms, attributes }))
}

async function writeBackup(remote: Remote, { since, out: path }: Command<'export'>, console: Console): Promise<void> {
  // of a name that was mistyped there is nothing to keep
  if ((await remote.head()).t === 0) throw emptyError(remote.name)
  const lines = backupLines(await headAt(remote, since), remote.rows(since))
  if (path !== undefined) return writeLines(path, lines, console.signal)
  for await (const line of lines) console.out(line)
}

async function headAt(remote: Remote, t: number): Promise<ConfirmedHead> {
  if (t === 0) return { t: 0, hash: '' }
  for await (const { hash } of remote.rows(t - 1)) return { t, hash }
  throw new AnnalsError('log/unknown-transaction', `the log does not reach t ${t}`, { t })
}

async function restore(remote: Remote, { in: path }: Command<'restore'>, { out, input }: Console): Promise<void> {
  const { after, rows } = await readBackup(path === undefined ? (input ?? nothing()) : createReadStream(path))
  const head = await remote.head()
  if (head.t !== after.t || head.hash !== after.hash) {
    const message = `the backup follows t ${after.t}, the database stands at t ${head.t}${head.t === after.t ? ' of another log' : ''}: restore a whole backup into an empty database, and incremental ones in their order`
    throw new AnnalsError('backup/does-not-follow', message, { t: head.t, follows: after.t })
  }
  let at = after
  let page: LogRow[] = []
  let bytes = 0
  const adopt = async (): Promise<void> => {
    if (page.length === 0) return
    await remote.adopt(at, page)
    at = page.at(-1) as LogRow
    page = []
    bytes = 0
  }
  for await (const row of rows) {
    if (bytes + row.body.length > ADOPT_BYTES) await adopt()
    page.push(row)
    bytes += row.body.length
  }
  await adopt()
  out(`restored ${at.t - after.t} transactions, up to t ${at.t}`)
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
