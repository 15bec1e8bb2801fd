import { GrowingDb } from '../engine/growing-db.ts'
import { type LogRecord, toRow } from '../engine/record.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import type { Place } from './place.ts'

/** A log to which transactions are added as they are decided, before they are stored. */
export class Draft {
  readonly value: GrowingDb
  head: ConfirmedHead
  nextId: number
  /** Of the newest that was added, ms since 1970. */
  instant = 0

  constructor(place: Place) {
    this.value = new GrowingDb(place.db)
    this.head = place.head
    this.nextId = place.nextId
  }

  add(record: LogRecord, nextId: number): LogRow {
    const row = toRow(record, this.head.hash)
    this.value.add(record)
    this.head = { t: row.t, hash: row.hash }
    this.nextId = nextId
    this.instant = record.instant
    return row
  }

  /** The way back to what it is now. */
  mark(): () => void {
    const { head, nextId, instant } = this
    const back = this.value.mark()
    return () => {
      if (this.head !== head) back()
      this.head = head
      this.nextId = nextId
      this.instant = instant
    }
  }

  async place(): Promise<Place> {
    return { db: await this.value.whole(), head: this.head, nextId: this.nextId }
  }
}
