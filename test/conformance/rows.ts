import type {
  AliasRow,
  IndexRoot,
  LogRow,
  OutcomeRow,
  QueueRow,
  RejectedRow,
  ReplicaRow,
} from '../../src/storage/port.ts'

/** Bytes that tell their row, as a small view of a big buffer: a store must keep the view only. */
export function body(n: number): Uint8Array {
  const big = new Uint8Array(4096).fill(255)
  big.set([n & 255, n >> 8, 0, 7], 100)
  return big.subarray(100, 104)
}

export const logRow = (t: number): LogRow => ({ t, txid: `tx-${t}`, body: body(t), hash: `hash-${t}` })
export const queueRow = (seq: number, b = body(seq)): QueueRow => ({ seq, txid: `pending-${seq}`, body: b })
export const rejectedRow = (n: number): RejectedRow => ({ txid: `refused-${n}`, body: body(n) })

export const indexRoot = (t: number, n = t): IndexRoot => ({ body: body(n), t })

/** Segments of these ids. */
export const segments = (...ids: number[]): Map<number, Uint8Array> => new Map(ids.map((id) => [id, body(id)]))

/** One text for equal bytes, which are compared much faster so: Vitest looks at each byte. */
export const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder('latin1').decode(bytes)
export const withTextOf = (row: LogRow): object => ({ ...row, body: textOf(row.body) })

/** Inclusive. */
export const range = <T>(from: number, to: number, row: (n: number) => T): T[] =>
  Array.from({ length: to - from + 1 }, (_, i) => row(from + i))

export function outcome(n: number, given: Partial<OutcomeRow> = {}): OutcomeRow {
  const none = { t: undefined, code: undefined, detail: undefined }
  return { txid: `tx-${n}`, replica: 'r1', seq: n, ...none, ...given }
}

export function replica(lastSeq: number, given: Partial<ReplicaRow> = {}): ReplicaRow {
  return { replica: 'r1', epoch: 1, nonce: 'n1', lastSeq, lastTxid: `tx-${lastSeq}`, principal: 'ann', ...given }
}

export const alias = (id: number, final: number, of = 'r1'): AliasRow => ({ replica: of, id, final })
