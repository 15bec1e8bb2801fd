import type { Db } from '../db/db.ts'

/** `aliases` with `pairs` in it: each id leads to a final one in one step. */
export function mergeAliases(
  aliases: ReadonlyMap<number, number>,
  pairs: Iterable<readonly [number, number]>,
): ReadonlyMap<number, number> {
  const news = new Map(pairs)
  if (news.size === 0) return aliases
  const all = new Map<number, number>()
  for (const [id, final] of [...aliases, ...news]) {
    let end = news.get(final) ?? final
    for (let hops = 0; news.has(end) && hops < news.size; hops++) end = news.get(end) as number
    if (end !== id) all.set(id, end)
  }
  return all
}

export function withAliases(db: Db, pairs: Iterable<readonly [number, number]>): Db {
  const aliases = mergeAliases(db.aliases, pairs)
  return aliases === db.aliases ? db : { ...db, aliases }
}
