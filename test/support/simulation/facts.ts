import { Builtin } from '../../../src/datom/builtin.ts'
import type { Db } from '../../../src/db/db.ts'
import { whenLoaded } from '../../../src/db/load.ts'
import { scan } from '../../../src/db/view.ts'
import { hold, type Invariant } from './violation.ts'

/** Everything that was ever said in a database value: e, a, v, tx, added, flat. */
export type Facts = readonly unknown[]
const WIDTH = 5

/** All but what a run at another time, or under the replica's other name, stamps otherwise. */
const STAMPS: ReadonlySet<number> = new Set([Builtin.txInstant, Builtin.txReplica])

export async function factsOf(db: Db, without: ReadonlySet<number> = new Set()): Promise<Facts> {
  const out: unknown[] = []
  const all = scan({ ...db, view: { asOf: undefined, since: undefined, history: true } }, 'eavt', {})
  for (const b of await whenLoaded(all, (found) => found.batches())) {
    for (let i = b.start; i < b.end; i++) {
      if (!without.has(b.a[i] as number)) out.push(b.e[i], b.a[i], b.v[i], b.tx[i], b.added?.[i] ?? 1)
    }
  }
  return out
}

export const unstamped = (db: Db): Promise<Facts> => factsOf(db, STAMPS)

/** Throws unless both say the same, in the same order. */
export function holdEqual(found: Facts, wanted: Facts, invariant: Invariant, where: string): void {
  const same = found.length === wanted.length && found.every((x, i) => x === wanted[i])
  hold(same, invariant, () => `${where}: ${differences(found, wanted)}`)
}

function differences(found: Facts, wanted: Facts): string {
  const [a, b] = [rows(found), rows(wanted)]
  const [only, missing] = [[...a].filter((row) => !b.has(row)), [...b].filter((row) => !a.has(row))]
  return `too many [${only.slice(0, 5).join('; ')}], missing [${missing.slice(0, 5).join('; ')}]`
}

function rows(facts: Facts): Set<string> {
  const out = new Set<string>()
  for (let i = 0; i < facts.length; i += WIDTH) out.add(facts.slice(i, i + WIDTH).join(' '))
  return out
}
