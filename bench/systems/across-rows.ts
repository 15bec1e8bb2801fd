import { COLORS, type Item, SIZES } from '../data/inventory.ts'
import type { AcrossRow } from './across.ts'

export const acrossRows = (items: readonly Item[]): AcrossRow[] =>
  items.map(({ sku, color, size, count }) => [
    sku,
    COLORS.indexOf(color as (typeof COLORS)[number]),
    SIZES.indexOf(size as (typeof SIZES)[number]),
    count,
  ])
