import type { LogRow } from '../storage/port.ts'

/** Records that an answer to a push may bring, and their bytes. */
const ROWS = 100
const BYTES = 64 * 1024

/** The end of a log, as far as this node appended it: what whoever pushes needs, to see at once what became of it. */
export class RecentRows {
  private rows: readonly LogRow[] = []

  /** `rows`: the end of the log now. Those before them, where they follow. */
  add(rows: readonly LogRow[]): void {
    const first = rows[0]
    if (first === undefined) return
    const before = this.rows.at(-1)?.t === first.t - 1 ? this.rows : []
    const all = [...before, ...rows].slice(-ROWS)
    let bytes = 0
    let start = all.length
    while (start > 0 && bytes + (all[start - 1] as LogRow).body.length <= BYTES) {
      start--
      bytes += (all[start] as LogRow).body.length
    }
    this.rows = all.slice(start)
  }

  /** Of another log, or of one that others have appended to, nothing is known. */
  forget(): void {
    this.rows = []
  }

  /** From `from` to the end of the log; undefined where that is not known, or nothing. */
  from(from: number): readonly LogRow[] | undefined {
    const [first] = this.rows
    if (first === undefined || from < first.t) return undefined
    const rows = this.rows.slice(from - first.t)
    return rows.length > 0 ? rows : undefined
  }
}
