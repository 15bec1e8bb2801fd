interface Groups<Row> {
  get(range: IDBKeyRange): Promise<readonly Row[] | undefined>
  getAll(range: IDBKeyRange): Promise<(readonly Row[])[]>
}

/** The groups with rows numbered `from..to`: a group lies at the number of its last row. */
export async function groupsCovering<Row>(store: Groups<Row>, from: number, to: number): Promise<(readonly Row[])[]> {
  if (to < from) return []
  if (to === Number.POSITIVE_INFINITY) return store.getAll(IDBKeyRange.lowerBound(from))
  const inside = from < to ? store.getAll(IDBKeyRange.bound(from, to, false, true)) : []
  const [groups, last] = await Promise.all([inside, store.get(IDBKeyRange.lowerBound(to))])
  return last === undefined ? groups : [...groups, last]
}
