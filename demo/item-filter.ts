import { describeItem, type Item, wordOf } from './item.ts'

export const TRAITS = ['color', 'size', 'type'] as const
export type Trait = (typeof TRAITS)[number]

/** Which items to show. An empty set or text lets every item pass. */
export interface ItemFilter {
  readonly text: string
  readonly traits: Readonly<Record<Trait, ReadonlySet<string>>>
}

export const NO_FILTER: ItemFilter = { text: '', traits: { color: new Set(), size: new Set(), type: new Set() } }

export const isFiltering = ({ text, traits }: ItemFilter): boolean =>
  text.trim() !== '' || TRAITS.some((trait) => traits[trait].size > 0)

/** `filter` with one value of a trait let in, or out again. */
export function toggled(filter: ItemFilter, trait: Trait, value: string): ItemFilter {
  const chosen = new Set(filter.traits[trait])
  if (!chosen.delete(value)) chosen.add(value)
  return { ...filter, traits: { ...filter.traits, [trait]: chosen } }
}

/** Whether an item has one of the chosen values of each trait, and every word of the text somewhere. */
export function passes({ text, traits }: ItemFilter, item: Item): boolean {
  for (const trait of TRAITS) {
    const chosen = traits[trait]
    if (chosen.size > 0 && !chosen.has(item[trait]?.['db/ident'] ?? '')) return false
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const said = `${item.sku} ${describeItem(item)}`.toLowerCase()
  return words.every((word) => said.includes(word))
}

export type SortKey = 'sku' | Trait | 'count'
export interface Sort {
  readonly key: SortKey
  readonly descending: boolean
}

/** SKU-9 before SKU-10. */
const natural = new Intl.Collator('en', { numeric: true })
/** Sizes by how big they are. */
const SIZE_ORDER = ['small', 'medium', 'large', 'xlarge']

function compareBy(key: SortKey, a: Item, b: Item): number {
  if (key === 'sku') return natural.compare(a.sku, b.sku)
  // not counted comes before zero
  if (key === 'count') return (a.count ?? -1) - (b.count ?? -1)
  const [x, y] = [wordOf(a[key]), wordOf(b[key])]
  return key === 'size' ? SIZE_ORDER.indexOf(x) - SIZE_ORDER.indexOf(y) : x.localeCompare(y)
}

/** The items in the order asked for; equals by SKU. */
export function sorted(items: readonly Item[], { key, descending }: Sort): Item[] {
  const sign = descending ? -1 : 1
  return [...items].sort((a, b) => sign * compareBy(key, a, b) || natural.compare(a.sku, b.sku))
}
