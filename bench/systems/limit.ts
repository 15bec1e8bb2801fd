// The floor for queries: hand-written loops over typed arrays and Maps, which answer by columns and know the data beforehand.
import type { Data } from '../data/data.ts'
import type { Item, Order } from '../data/inventory.ts'
import { LAST_NAMES, NAMES, type Person, SEXES } from '../data/people.ts'
import type { Edge } from '../data/trees.ts'
import { ROOT } from '../workloads/queries.ts'
import type { Answer, Columns, Run, Session } from './system.ts'

const IVAN = NAMES.indexOf('Ivan')
const PETROV = LAST_NAMES.indexOf('Petrov')
const MALE = SEXES.indexOf(':male')
const AGES = 100

export function open(): Session {
  let people = toPeople([])
  let items = toItems([])
  let lines = toLines([], 0)
  let children: readonly Int32Array[] = []
  let relatives: ReadonlyMap<number, Person> = new Map()
  return {
    import(data: Data) {
      switch (data.kind) {
        case 'people':
          people = toPeople(data.people)
          break
        case 'items':
          items = toItems(data.items)
          break
        case 'orders':
          lines = toLines(data.orders, items.skus.length)
          break
        case 'tree':
          children = toChildren(data.edges)
          break
        case 'family':
          children = toChildren(data.edges)
          relatives = data.people
      }
    },
    lookup(sku) {
      const place = items.places.get(sku)
      return place === undefined ? undefined : items.count[place]
    },
    joins: (query) =>
      peopleQuery(query, people) ??
      (query === 'same-colour' ? () => sameColour(items, 'SKU-42') : () => orderedTogether(items, lines, 'SKU-25')),
    rules: () => () => closure(children),
    pulls: (name) => () => pulled(name, ROOT, children, relatives),
    close() {},
  }
}

/** The same answers as rows, as everybody else gives them: what making rows costs. */
export function openRows(): Session {
  const session = open()
  return {
    ...session,
    joins: (query) => rowsOf(session.joins?.(query) as () => Columns),
    rules: () => rowsOf(session.rules?.() as () => Columns),
  }
}

const rowsOf =
  (run: () => Columns): Run =>
  () => {
    const { columns: given, length } = run()
    const columns = given.map((column) => NAMES_OF.get(column)?.() ?? column)
    return rowsMade(columns, length)
  }

/** A literal per row where there are few columns: no closure and no length to look at. */
function rowsMade(columns: readonly ArrayLike<unknown>[], length: number): unknown[][] {
  const [a = [], b = [], c = []] = columns
  const rows: unknown[][] = new Array(length)
  switch (columns.length) {
    case 1:
      for (let i = 0; i < length; i++) rows[i] = [a[i]]
      return rows
    case 2:
      for (let i = 0; i < length; i++) rows[i] = [a[i], b[i]]
      return rows
    case 3:
      for (let i = 0; i < length; i++) rows[i] = [a[i], b[i], c[i]]
      return rows
    default:
      for (let i = 0; i < length; i++) rows[i] = columns.map((column) => column[i])
      return rows
  }
}

type People = ReturnType<typeof toPeople>
function toPeople(people: readonly Person[]) {
  return {
    n: people.length,
    name: Uint8Array.from(people, ({ name }) => NAMES.indexOf(name as (typeof NAMES)[number])),
    lastName: Uint8Array.from(people, ({ lastName }) => LAST_NAMES.indexOf(lastName as (typeof LAST_NAMES)[number])),
    sex: Uint8Array.from(people, ({ sex }) => SEXES.indexOf(sex)),
    age: Uint8Array.from(people, ({ age }) => age),
    salary: Int32Array.from(people, ({ salary }) => salary),
  }
}

type Items = ReturnType<typeof toItems>
function toItems(items: readonly Item[]) {
  const colors = [...new Set(items.map(({ color }) => color))]
  return {
    skus: items.map(({ sku }) => sku),
    places: new Map(items.map(({ sku }, i) => [sku, i])),
    color: Uint8Array.from(items, ({ color }) => colors.indexOf(color)),
    count: Int32Array.from(items, ({ count }) => count),
  }
}

/** Order lines twice: the items of an order and the orders of an item lie side by side. */
type Lines = ReturnType<typeof toLines>
function toLines(orders: readonly Order[], items: number) {
  const ofItem = Array.from({ length: items }, () => [] as number[])
  for (const [place, { lines }] of orders.entries()) for (const { item } of lines) ofItem[item]?.push(place)
  return {
    ofOrder: orders.map(({ lines }) => Int32Array.from(lines, ({ item }) => item)),
    ofItem: ofItem.map((list) => Int32Array.from(list)),
  }
}

function toChildren(edges: readonly Edge[]): Int32Array[] {
  const lists: number[][] = []
  for (const [from, to] of edges) {
    lists[from] ??= []
    lists[from].push(to)
  }
  return Array.from(lists, (list) => Int32Array.from(list ?? []))
}

const select = (n: number, keep: (i: number) => boolean): Int32Array => {
  const rows = new Int32Array(n)
  let length = 0
  for (let i = 0; i < n; i++) if (keep(i)) rows[length++] = i
  return rows.subarray(0, length)
}

function gather<Column extends Uint8Array | Int32Array>(rows: Int32Array, column: Column): Column {
  const out = new (column.constructor as new (n: number) => Column)(rows.length)
  for (let i = 0; i < rows.length; i++) out[i] = column[rows[i] as number] as number
  return out
}

/** Numbers as the texts they stand for, so that the answer can be compared. Made on reading alone. */
function named(codes: Uint8Array, texts: readonly string[]): ArrayLike<unknown> {
  const column = new Proxy(codes, {
    get: (target, key) =>
      typeof key === 'string' && /^\d+$/.test(key) ? texts[target[Number(key)] as number] : undefined,
  })
  NAMES_OF.set(column, () => Array.from(codes, (code) => texts[code] as string))
  return column
}
/** The texts of such columns, for whoever wants all of them. */
const NAMES_OF = new WeakMap<object, () => readonly string[]>()

function peopleQuery(query: string, p: People): Run | undefined {
  const { n, name, lastName, sex, age, salary } = p
  switch (query) {
    case 'q1':
      return () => {
        const e = select(n, (i) => name[i] === IVAN)
        return { length: e.length, columns: [e] }
      }
    case 'q2':
    case 'q2-switch':
      return () => {
        const e = select(n, (i) => name[i] === IVAN)
        return { length: e.length, columns: [e, gather(e, age)] }
      }
    case 'q3':
      return () => {
        const e = select(n, (i) => name[i] === IVAN && sex[i] === MALE)
        return { length: e.length, columns: [e, gather(e, age)] }
      }
    case 'q4':
      return () => {
        const e = select(n, (i) => name[i] === IVAN && sex[i] === MALE)
        return { length: e.length, columns: [e, named(gather(e, lastName), LAST_NAMES), gather(e, age)] }
      }
    case 'qpred1':
    case 'qpred2':
      return () => {
        const e = select(n, (i) => (salary[i] as number) > 50_000)
        return { length: e.length, columns: [e, gather(e, salary)] }
      }
    case 'value-join':
      return () => {
        const wanted = new Uint8Array(AGES)
        for (let i = 0; i < n; i++) if (name[i] === IVAN) wanted[age[i] as number] = 1
        const e = select(n, (i) => wanted[age[i] as number] === 1)
        return { length: e.length, columns: [e, named(gather(e, lastName), LAST_NAMES), gather(e, age)] }
      }
    case 'merge5':
      return () => {
        const e = select(n, () => true)
        const texts = [named(name.slice(), NAMES), named(lastName.slice(), LAST_NAMES), named(sex.slice(), SEXES)]
        return { length: n, columns: [e, ...texts, age.slice(), salary.slice()] }
      }
    case 'not':
      return () => {
        const e = select(n, (i) => name[i] !== IVAN)
        return { length: e.length, columns: [e, gather(e, age)] }
      }
    case 'or-join':
      return () => {
        const e = select(n, (i) => name[i] === IVAN || lastName[i] === PETROV)
        return { length: e.length, columns: [e, gather(e, age)] }
      }
    case 'aggregate':
      return () => {
        const sums = new Float64Array(NAMES.length)
        const counts = new Int32Array(NAMES.length)
        for (let i = 0; i < n; i++) {
          const group = name[i] as number
          sums[group] = (sums[group] as number) + (salary[i] as number)
          counts[group] = (counts[group] as number) + 1
        }
        return { length: NAMES.length, columns: [NAMES, sums.map((sum, i) => sum / (counts[i] as number)), counts] }
      }
    default:
      return undefined
  }
}

function sameColour({ skus, places, color }: Items, sku: string): Answer {
  const wanted = color[places.get(sku) as number]
  const found: string[] = []
  for (let i = 0; i < color.length; i++) if (color[i] === wanted) found.push(skus[i] as string)
  return { length: found.length, columns: [found] }
}

function orderedTogether({ skus, places }: Items, { ofItem, ofOrder }: Lines, sku: string): Answer {
  const found = new Set<number>()
  for (const order of ofItem[places.get(sku) as number] ?? []) for (const item of ofOrder[order] ?? []) found.add(item)
  const texts: string[] = []
  for (const item of found) texts.push(skus[item] as string)
  return { length: texts.length, columns: [texts] }
}

/** Requires: the edges form trees, so that no pair is reached twice. */
function closure(children: readonly Int32Array[]): Answer {
  let from = new Int32Array(1024)
  let to = new Int32Array(1024)
  let length = 0
  const stack: number[] = []
  for (let node = 1; node < children.length; node++) {
    stack.push(node)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const below = children[at]
      if (below === undefined) continue
      for (let i = 0; i < below.length; i++) {
        if (length === from.length) {
          from = grown(from)
          to = grown(to)
        }
        from[length] = node
        to[length++] = below[i] as number
        stack.push(below[i] as number)
      }
    }
  }
  return { length, columns: [from.subarray(0, length), to.subarray(0, length)] }
}

function pulled(
  name: string,
  node: number,
  children: readonly Int32Array[],
  people: ReadonlyMap<number, Person>,
): object {
  const person = people.get(node) as Person
  const row: Record<string, unknown> = { 'person-name': person.name }
  if (name !== 'pull-one') {
    row['person-last-name'] = person.lastName
    row['person-sex'] = person.sex
    row['person-age'] = person.age
    row['person-salary'] = person.salary
  }
  if (name === 'pull-wildcard') row['node-number'] = node
  const below = children[node]
  if (below?.length) row['node-follows'] = Array.from(below, (child) => pulled(name, child, children, people))
  return row
}

function grown(column: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(column.length * 2)
  next.set(column)
  return next
}
