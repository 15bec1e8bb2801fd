import type { SchemaDef } from 'annals/engine'
import type { Data } from '../data/data.ts'
import { COLORS, SIZES, TYPES } from '../data/inventory.ts'
import type { Person } from '../data/people.ts'
import type { Edge } from '../data/trees.ts'

const idents = (names: readonly string[]): `:${string}`[] => names.map((name): `:${string}` => `:${name}`)

/** The same facts as every other system: sku unique, colour, size and type as refs. */
export const schema = (countIndexed: boolean): SchemaDef => ({
  'person/name': { type: 'string' },
  'person/last-name': { type: 'string' },
  'person/sex': { type: 'keyword' },
  'person/age': { type: 'long' },
  'person/salary': { type: 'long' },
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/color': { type: 'ref', idents: idents(COLORS) },
  'inv/size': { type: 'ref', idents: idents(SIZES) },
  'inv/type': { type: 'ref', idents: idents(TYPES) },
  'inv/count': { type: 'long', index: countIndexed },
  'order/id': { type: 'long' },
  'order/lines': { type: 'ref', many: true, component: true },
  'line/item': { type: 'ref' },
  'line/count': { type: 'long' },
  'node/number': { type: 'long' },
  'node/follows': { type: 'ref', many: true },
})

/** The items of lowest stock. */
export const lowestStock = (limit: number): object => ({
  find: { sku: '?sku', count: '?n' },
  where: [
    ['?e', 'inv/count', '?n'],
    ['?e', 'inv/sku', '?sku'],
  ],
  orderBy: ['?n'],
  limit,
})

const nodeName = (node: number): string => `node-${node}`

/** The transaction data that says everything of `data`. */
export function formsOf(data: Data): unknown[] {
  switch (data.kind) {
    case 'people':
      return data.people.map(personForm)
    case 'items':
      return data.items.map((item) => ({
        'inv/sku': item.sku,
        'inv/color': `:${item.color}`,
        'inv/size': `:${item.size}`,
        'inv/type': `:${item.type}`,
        'inv/count': item.count,
      }))
    case 'orders':
      return data.orders.map((order) => ({
        'order/id': order.id,
        'order/lines': order.lines.map((line) => ({
          'line/item': ['inv/sku', `SKU-${line.item}`],
          'line/count': line.count,
        })),
      }))
    case 'tree':
      return edgeForms(data.edges)
    case 'family':
      return [
        ...edgeForms(data.edges),
        ...Array.from(data.people, ([node, person]) => ({ 'db/id': nodeName(node), ...personForm(person) })),
      ]
  }
}

const personForm = (person: Person) => ({
  'person/name': person.name,
  'person/last-name': person.lastName,
  'person/sex': person.sex,
  'person/age': person.age,
  'person/salary': person.salary,
})

const edgeForms = (edges: readonly Edge[]): object[] =>
  edges.flatMap(([from, to]) => [
    { 'db/id': nodeName(from), 'node/number': from, 'node/follows': nodeName(to) },
    { 'db/id': nodeName(to), 'node/number': to },
  ])
