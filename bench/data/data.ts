import { type Item, items, type Order, orders } from './inventory.ts'
import { type Person, people } from './people.ts'
import { type Edge, longTree, wideTree } from './trees.ts'

/** What a system is asked to take in at once. Orders come after the items that they name. */
export type Data =
  | { readonly kind: 'people'; readonly people: readonly Person[] }
  | { readonly kind: 'items'; readonly items: readonly Item[] }
  | { readonly kind: 'orders'; readonly orders: readonly Order[] }
  | { readonly kind: 'tree'; readonly edges: readonly Edge[] }
  /** The person at a node's number stands in its place. */
  | { readonly kind: 'family'; readonly edges: readonly Edge[]; readonly people: ReadonlyMap<number, Person> }

/** Names data that every process can make for itself. */
export type DataName =
  | { readonly kind: 'people'; readonly n: number }
  | { readonly kind: 'inventory'; readonly n: number; readonly m: number }
  | { readonly kind: 'wide' | 'long' | 'family'; readonly depth: number; readonly width: number }

/** The parts of a data set, in the order in which they are imported. */
export function makeData(name: DataName): Data[] {
  switch (name.kind) {
    case 'people':
      return [{ kind: 'people', people: people(name.n) }]
    case 'inventory':
      return [
        { kind: 'items', items: items(name.n) },
        { kind: 'orders', orders: orders(name.m, name.n) },
      ]
    case 'wide':
      return [{ kind: 'tree', edges: wideTree(name.depth, name.width) }]
    case 'long':
      return [{ kind: 'tree', edges: longTree(name.depth, name.width) }]
    case 'family':
      return [family(wideTree(name.depth, name.width))]
  }
}

function family(edges: readonly Edge[]): Data {
  const nodes = [...new Set(edges.flat())].sort((a, b) => a - b)
  const everybody = people(nodes.length)
  return { kind: 'family', edges, people: new Map(nodes.map((node, i) => [node, everybody[i] as Person])) }
}

/** How many attributes the import of a person or an item sets. */
export const FACTS_PER_ROW = 5
