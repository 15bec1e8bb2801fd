import { chainHash } from '../../src/engine/record.ts'
import type { LogRow } from '../../src/storage/port.ts'
import type { Speaker } from './speaker.ts'

/** All records that `reader` can pull. Throws where they are not `t` 1, 2, 3, …, each chained by hash to the one before. */
export async function wholeLog(reader: Speaker): Promise<LogRow[]> {
  const log: LogRow[] = []
  let hash = ''
  for (;;) {
    const { rows } = await reader.pull(log.length + 1)
    if (rows.length === 0) return log
    for (const row of rows) {
      const t = log.length + 1
      if (row.t !== t) throw new Error(`record ${row.t} stands where ${t} belongs`)
      hash = chainHash(hash, t, row.txid, row.body)
      if (row.hash !== hash) throw new Error(`the chain of hashes breaks at ${t}`)
      log.push(row)
    }
  }
}
