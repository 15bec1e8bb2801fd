// What lies on SQL servers. Everything here reaches disk: names and meanings never change; a migration may add.
// The prefix keeps clear of an application's own tables in a shared database.

export interface Tables {
  /** One row: which migrations have run. */
  annals_schema: { id: number; version: number }
  annals_head: { db: string; t: number; hash: string; epoch: string; next_id: number }
  annals_log: { db: string; t: number; txid: string; body: Uint8Array; hash: string }
  annals_outcome: {
    db: string
    txid: string
    replica: string
    seq: number
    t: number | null
    code: string | null
    detail: string | null
  }
  annals_replica: {
    db: string
    replica: string
    epoch: number
    nonce: string
    last_seq: number
    last_txid: string
    principal: string
  }
  annals_lease: { db: string; replica: string; from_id: number; to_id: number }
  annals_alias: { db: string; replica: string; id: number; final: number }
  /** The n-th time that facts were taken out of a log, as the transaction at `t` says. */
  annals_excision: { db: string; n: number; t: number }
  /** One row a local database. `life` is another one after the database was destroyed and made again. */
  annals_local: {
    db: string
    life: string
    /** Moves with every change. */
    version: number
    t: number
    hash: string
    seq: number
    txid: string
    claim: number
    index_epoch: number
    next_segment: number
  }
  annals_local_log: { life: string; t: number; txid: string; body: Uint8Array; hash: string }
  annals_local_queue: { life: string; seq: number; txid: string; body: Uint8Array }
  /** `place`: the order of refusal. */
  annals_local_rejected: { life: string; place: number; txid: string; body: Uint8Array }
  /** `value`: in the serialisation of structured clone. */
  annals_local_meta: { life: string; name: string; value: Uint8Array }
  annals_local_root: { life: string; t: number; body: Uint8Array }
  annals_local_segment: { life: string; id: number; body: Uint8Array }
}
