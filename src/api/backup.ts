/** Where the bytes of a backup come from: a stream, a Blob or File, the body of a Response, or anything that yields them. */
export type ByteSource =
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | { stream(): ReadableStream<Uint8Array> }

export interface ExportOptions {
  /** The `t` after which the backup begins, where another one ended; default 0, the whole log. */
  readonly since?: number
}

export interface RestoreReport {
  /** Where the log of the database now stands. */
  readonly t: number
  /** Transactions that it did not have before. */
  readonly restored: number
}
