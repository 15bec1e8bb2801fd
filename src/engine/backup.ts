import { AnnalsError } from '../base/errors.ts'
import { base64Bytes, base64Text } from '../datom/base64.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import { chainHash } from './record.ts'

/**
 * A backup is the log as lines of JSON, so that it can be streamed, compressed and looked at:
 *
 *     {"annals":"backup","version":1,"t":0,"hash":""}                    what it follows: t 0 for a whole one
 *     {"t":1,"txid":"…","body":"<base64>","hash":"…"}                    one line a record
 *     {"end":true,"t":1,"hash":"…"}                                      where it ends: a backup without it was cut off
 *
 * The hash chain runs from the first line to the last. Kept for ever: only ever add fields.
 */
const VERSION = 1
/** Characters of one line: a record of a million datoms. */
const MAX_LINE = 256 * 1024 * 1024

interface Line {
  readonly annals?: unknown
  readonly version?: unknown
  readonly end?: unknown
  readonly t?: unknown
  readonly txid?: unknown
  readonly body?: unknown
  readonly hash?: unknown
}

/** The lines, without line ends, of the records that follow `after`. Throws `backup/corrupt` where they do not follow each other. */
export async function* backupLines(after: ConfirmedHead, rows: AsyncIterable<LogRow>): AsyncGenerator<string> {
  yield JSON.stringify({ annals: 'backup', version: VERSION, t: after.t, hash: after.hash })
  let head = after
  for await (const row of rows) {
    head = follow(head, row)
    yield JSON.stringify({ t: row.t, txid: row.txid, body: base64Text(row.body), hash: row.hash })
  }
  yield JSON.stringify({ end: true, t: head.t, hash: head.hash })
}

/** A backup that is being read. */
export interface Backup {
  /** What its first record follows. */
  readonly after: ConfirmedHead
  /** Ends without an error only at the backup's own end. */
  readonly rows: AsyncIterable<LogRow>
}

/**
 * Reads a backup as it comes, in whatever pieces. Throws, here or while its rows are read: `backup/malformed` (with the line's number),
 * `backup/newer-format`, `backup/truncated`, `backup/corrupt`.
 */
export async function readBackup(chunks: AsyncIterable<Uint8Array>): Promise<Backup> {
  const lines = linesOf(chunks)
  const first = await lines.next()
  const head = first.done ? undefined : parse(first.value)
  if (head?.annals !== 'backup') throw malformed(1, 'it does not begin as a backup does')
  if (head.version !== VERSION) {
    const message = `the backup has format ${head.version}, made by a newer annals; this one knows ${VERSION}`
    throw new AnnalsError('backup/newer-format', message, { found: head.version, known: VERSION })
  }
  const after = { t: count(head.t, 1), hash: text(head.hash, 1) }
  return { after, rows: rowsOf(lines, after) }
}

async function* rowsOf(lines: AsyncIterable<NumberedLine>, after: ConfirmedHead): AsyncGenerator<LogRow> {
  let head = after
  let number = 1
  let isEnded = false
  for await (const line of lines) {
    ;({ number } = line)
    if (isEnded) throw malformed(number, 'it goes on after its end: backups are restored one after the other')
    const x = parse(line)
    const t = count(x.t, number)
    const hash = text(x.hash, number)
    if (x.end === true) {
      if (t !== head.t || hash !== head.hash) throw corrupt(head.t, `its end says t ${t}`, number)
      isEnded = true
      continue
    }
    const body = base64Bytes(text(x.body, number))
    if (body === undefined) throw malformed(number, 'its body is not base64')
    const row = { t, txid: text(x.txid, number), body, hash }
    head = follow(head, row, number)
    yield row
  }
  if (isEnded) return
  const message = `the backup breaks off after t ${head.t}, at line ${number}`
  throw new AnnalsError('backup/truncated', message, { t: head.t, line: number })
}

function follow(head: ConfirmedHead, { t, txid, body, hash }: LogRow, line?: number): ConfirmedHead {
  if (t !== head.t + 1) throw corrupt(head.t, `t ${t} follows`, line)
  if (chainHash(head.hash, t, txid, body) !== hash)
    throw corrupt(head.t, `the record ${t} does not carry the hash it should`, line)
  return { t, hash }
}

interface NumberedLine {
  readonly text: string
  /** From 1. */
  readonly number: number
}

/** The lines that are not empty. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  let length = 0
  let number = 1
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    for (const [i, piece] of pieces.entries()) {
      parts.push(piece)
      length += piece.length
      if (length > MAX_LINE) throw new AnnalsError('backup/malformed', 'a line of the backup does not end')
      if (i === pieces.length - 1) continue
      const text = parts.join('').trim()
      parts = []
      length = 0
      if (text !== '') yield { text, number }
      number++
    }
  }
  const text = parts.join('').trim()
  if (text !== '') yield { text, number }
}

function parse({ text, number }: NumberedLine): Line {
  try {
    const x: unknown = JSON.parse(text)
    if (typeof x === 'object' && x !== null) return x
  } catch {
    // the same is wrong with it
  }
  throw malformed(number, 'it is not a line of JSON')
}

const count = (x: unknown, line: number): number =>
  typeof x === 'number' && Number.isSafeInteger(x) && x >= 0 ? x : refuse(line, 'its t is no number')
const text = (x: unknown, line: number): string => (typeof x === 'string' ? x : refuse(line, 'a text is missing'))

function refuse(line: number, why: string): never {
  throw malformed(line, why)
}

const malformed = (line: number, why: string): AnnalsError =>
  new AnnalsError('backup/malformed', `line ${line} is not one of a backup: ${why}`, { line })

const corrupt = (t: number, why: string, line?: number): AnnalsError => {
  const at = line === undefined ? '' : `, at line ${line}`
  return new AnnalsError('backup/corrupt', `the backup is damaged after t ${t}${at}: ${why}`, {
    t,
    ...(line !== undefined && { line }),
  })
}
