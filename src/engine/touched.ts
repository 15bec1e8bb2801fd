import type { TxData } from '../datom/tx-data.ts'

/** The attributes that any of these transactions speaks of. */
export function attributesOf(all: readonly TxData[]): Set<number> {
  const out = new Set<number>()
  for (const data of all) for (const a of data.a) out.add(a)
  return out
}
