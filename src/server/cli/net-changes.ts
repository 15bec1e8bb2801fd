import type { ShownDatom } from '../../api/db.ts'
import type { LogEntry } from '../../api/report.ts'

/** What several transactions together came to: facts that are new after them, and facts that are gone. In the order of first mention. */
export async function netChanges(log: AsyncIterable<LogEntry>): Promise<ShownDatom[]> {
  const said = new Map<string, { readonly first: ShownDatom; last: ShownDatom }>()
  for await (const { datoms } of log) {
    for (const datom of datoms) {
      const key = `${datom.e} ${datom.a} ${typeof datom.v} ${keyOf(datom.v)}`
      const known = said.get(key)
      if (known === undefined) said.set(key, { first: datom, last: datom })
      else known.last = datom
    }
  }
  // asserted first and asserted last: it was not there before, and is now
  return [...said.values()].flatMap(({ first, last }) => (first.added === last.added ? [last] : []))
}

const keyOf = (v: unknown): string =>
  JSON.stringify(v, (_, x: unknown) => (typeof x === 'bigint' ? `${x}n` : x instanceof Uint8Array ? [...x] : x))
