import type { ErrorCode } from '../base/errors.ts'
import { base64Text } from '../datom/base64.ts'
import type { OutcomeRow } from '../storage/port.ts'
import type { AliasPair, Outcome, Refusal } from '../sync/protocol.ts'
import type { Verdict } from '../sync/verdict.ts'

/** The code of what nobody was to decide. */
export const WITHDRAWN = 'withdrawn'

/** Characters of facts that an outcome keeps: they are for people, and the table keeps them for ever. */
const MAX_FACTS = 16 * 1024

interface Detail {
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** The reason of a refusal as the JSON text of an outcome row. */
export function writeDetail({ message, facts }: Verdict): string {
  const own = plainFacts(facts)
  const fits = JSON.stringify(own).length <= MAX_FACTS
  const detail: Detail = { message: message.slice(0, MAX_FACTS), facts: fits ? own : {} }
  return JSON.stringify(detail)
}

/** Of a refusal whose reason may have told of facts that were taken out of the log since. */
const UNTOLD = JSON.stringify({ message: 'why it was refused is no longer told', facts: {} })

/** An outcome row as the answer to a push. `became`: what the ids that a withdrawn one had proposed stand for. */
export function readOutcomeRow({ code, detail, t }: OutcomeRow, became: readonly AliasPair[]): Outcome {
  if (code === undefined) return { status: 'confirmed', t: t as number }
  if (code === WITHDRAWN) return { status: 'withdrawn', became }
  const { message, facts } = JSON.parse(detail ?? UNTOLD) as Detail
  return { status: 'rejected', code: code as ErrorCode, message, facts }
}

/** What an outcome row says of a transaction that was refused; undefined for any other. */
export function refusalIn(row: OutcomeRow): Refusal | undefined {
  const outcome = readOutcomeRow(row, [])
  if (outcome.status !== 'rejected') return undefined
  const { code, message, facts } = outcome
  return { txid: row.txid, replica: row.replica, seq: row.seq, code, message, facts }
}

/** Facts as plain JSON data: times as ISO text, bigints as digits, bytes as base64, sets and maps as lists. */
export function plainFacts(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return plain(facts, 0) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}

function plain(x: unknown, depth: number): unknown {
  if (depth > 32) return '…'
  if (typeof x === 'bigint') return x.toString()
  if (typeof x === 'number') return Number.isFinite(x) ? x : String(x)
  if (typeof x === 'string' || typeof x === 'boolean') return x
  if (typeof x !== 'object' || x === null) return null
  if (x instanceof Date) return Number.isNaN(x.getTime()) ? null : x.toISOString()
  if (x instanceof Uint8Array) return base64Text(x)
  if (Array.isArray(x) || x instanceof Set || x instanceof Map) return Array.from(x, (item) => plain(item, depth + 1))
  const entries = Object.entries(x).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key, plain(value, depth + 1)]))
}
