/**
 * A datom as reports and `datoms` show it, as the tuple `[e a v tx added]`; anything else as it is. So what a transaction said can be
 * an input or a source of a query, as Datomic's is.
 */
export const datomRow = (x: unknown): unknown =>
  typeof x === 'object' && x !== null && 'e' in x && 'a' in x && 'v' in x && 'tx' in x && 'added' in x
    ? [x.e, x.a, x.v, x.tx, x.added]
    : x
