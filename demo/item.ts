import type { PullPattern, Query } from 'annals'

/** An entity that is known by its ident, as pulled. */
interface Named {
  readonly 'db/ident'?: string
}

/** One item as the page shows it. What nobody has said is absent. */
export interface Item {
  readonly sku: string
  readonly color?: Named
  readonly size?: Named
  readonly type?: Named
  readonly count?: number
}

export const ITEM: PullPattern = [
  ['inv/sku', { as: 'sku' }],
  ['inv/color', { as: 'color', pull: ['db/ident'] }],
  ['inv/size', { as: 'size', pull: ['db/ident'] }],
  ['inv/type', { as: 'type', pull: ['db/ident'] }],
  ['inv/count', { as: 'count' }],
]

/** Every item of the inventory. */
export const ITEMS: Query = { find: [[['pull', '?item', ITEM], '...']], where: [['?item', 'inv/sku']] }

/** An ident in words: 'blue' for ':blue', and for an entity that carries it. */
export function wordOf(named: Named | string | undefined): string {
  const ident = typeof named === 'string' ? named : named?.['db/ident']
  return ident === undefined ? '' : ident.replace(/^:/, '')
}

/** 'blue large dress', as far as it is known. */
export const describeItem = ({ color, size, type }: Item): string =>
  [color, size, type].map(wordOf).filter(Boolean).join(' ')
