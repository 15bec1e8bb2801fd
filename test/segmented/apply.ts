/** Stands in for src/db/apply.ts in the project `segmented`: every value that comes of a transaction lies in tiny segments. */
import * as inMemory from '../../src/db/apply.ts'
import type { SegmentSink } from '../../src/db/base-writer.ts'
import { mergeDb } from '../../src/db/merge.ts'
import { SegmentCache } from '../../src/db/segment-cache.ts'

/** Few, so that every border is crossed. */
const SEGMENT_ROWS = 6
/** Bytes: a handful of segments, so that most have to be loaded and some are there. */
const CACHE = 4096

const stored = new Map<number, Uint8Array>()

const sink: SegmentSink = {
  source: new SegmentCache(async (ids) => ids.map((id) => stored.get(id)), CACHE),
  maxRows: SEGMENT_ROWS,
  write(bytes) {
    const id = stored.size + 1
    stored.set(id, bytes)
    return id
  },
  breathe: async () => undefined,
}

export const applyTx: typeof inMemory.applyTx = async (...args) => mergeDb(await inMemory.applyTx(...args), sink)
export const applyTxs: typeof inMemory.applyTxs = async (...args) => mergeDb(await inMemory.applyTxs(...args), sink)
