import { below, pick, randomFrom } from './random.ts'

export interface Item {
  readonly sku: string
  readonly color: string
  readonly size: string
  readonly type: string
  readonly count: number
}

export interface Line {
  /** Place of the item in the list of items. */
  readonly item: number
  readonly count: number
}

export interface Order {
  readonly id: number
  readonly lines: readonly Line[]
}

export const COLORS = ['red', 'green', 'blue', 'yellow'] as const
export const SIZES = ['small', 'medium', 'large', 'xlarge'] as const
export const TYPES = ['shirt', 'pants', 'dress', 'hat'] as const

/** Half of all order lines are for one of the first items, so many. */
const POPULAR = 1_000
const MAX_LINES = 5

export const skuOf = (item: number): string => `SKU-${item}`

export function items(n: number): Item[] {
  const random = randomFrom(2)
  return Array.from({ length: n }, (_, i) => ({
    sku: skuOf(i),
    color: pick(random, COLORS),
    size: pick(random, SIZES),
    type: pick(random, TYPES),
    count: below(random, 1_000),
  }))
}

export function orders(m: number, itemCount: number): Order[] {
  const random = randomFrom(3)
  return Array.from({ length: m }, (_, id) => ({
    id,
    lines: Array.from({ length: 1 + below(random, MAX_LINES) }, () => ({
      item: below(random, random() < 0.5 ? Math.min(POPULAR, itemCount) : itemCount),
      count: 1 + below(random, 9),
    })),
  }))
}
