import type { Functions } from '../../../src/api/functions.ts'

/** Functions of the simulated application: they read the database, so that a rebase matters to them. */
export const FUNCTIONS: Functions = {
  'shop/restock': async (db, [sku, amount]: readonly [string, number]) => {
    const [row] = await db.q<readonly (readonly [number, number])[]>(
      '[:find ?e ?n :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]',
      [sku],
    )
    return row === undefined
      ? [{ 'inv/sku': sku, 'inv/count': amount }]
      : [[':db/add', row[0], 'inv/count', row[1] + amount]]
  },
}
