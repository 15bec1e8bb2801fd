import type { Db } from 'annals'

/** A SKU that nothing has yet: one above the highest that ends in a number. */
export async function nextSku(db: Db): Promise<string> {
  const skus = await db.q<string[]>({ find: [['?sku', '...']], where: [['_', 'inv/sku', '?sku']] })
  const highest = skus.reduce((most, sku) => Math.max(most, Number(/^SKU-(\d{1,9})$/.exec(sku)?.[1] ?? -1)), -1)
  return `SKU-${highest + 1}`
}
