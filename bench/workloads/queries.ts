// Query workloads, all in memory:
// q1 .. q4 (one to four patterns), q2-switch (q2 with its clauses reversed), qpred1, qpred2 (a comparison with a constant and
// with an input), value-join, merge5, not, or-join, aggregate: over people;
// rules-wide-*, rules-long-* (transitive closure): over trees;
// same-colour, ordered-together, lookup: over the inventory;
// pull-one, pull-many, pull-wildcard: one, all or whatever attributes of everybody in a family tree, nested.
import type { DataName } from '../data/data.ts'

export interface NamedQuery {
  /** Adapters that speak Datalog read it from here, the others have their own text or loop under the same name. */
  readonly datalog: string
  readonly inputs?: readonly unknown[]
  /** Columns of the answer that hold entity ids, which are each system's own. */
  readonly entities: readonly number[]
}

export const QUERIES: Readonly<Record<string, NamedQuery>> = {
  q1: { datalog: '[:find ?e :where [?e :person/name "Ivan"]]', entities: [0] },
  q2: { datalog: '[:find ?e ?a :where [?e :person/name "Ivan"] [?e :person/age ?a]]', entities: [0] },
  'q2-switch': { datalog: '[:find ?e ?a :where [?e :person/age ?a] [?e :person/name "Ivan"]]', entities: [0] },
  q3: {
    datalog: '[:find ?e ?a :where [?e :person/name "Ivan"] [?e :person/age ?a] [?e :person/sex :male]]',
    entities: [0],
  },
  q4: {
    datalog:
      '[:find ?e ?l ?a :where [?e :person/name "Ivan"] [?e :person/last-name ?l] [?e :person/age ?a] [?e :person/sex :male]]',
    entities: [0],
  },
  qpred1: { datalog: '[:find ?e ?s :where [?e :person/salary ?s] [(> ?s 50000)]]', entities: [0] },
  qpred2: {
    datalog: '[:find ?e ?s :in $ ?min :where [?e :person/salary ?s] [(> ?s ?min)]]',
    inputs: [50_000],
    entities: [0],
  },
  'value-join': {
    datalog:
      '[:find ?e ?l ?a :where [?ivan :person/name "Ivan"] [?ivan :person/age ?a] [?e :person/age ?a] [?e :person/last-name ?l]]',
    entities: [0],
  },
  merge5: {
    datalog:
      '[:find ?e ?n ?l ?s ?a ?p :where [?e :person/name ?n] [?e :person/last-name ?l] [?e :person/sex ?s] [?e :person/age ?a] [?e :person/salary ?p]]',
    entities: [0],
  },
  not: { datalog: '[:find ?e ?a :where [?e :person/age ?a] (not [?e :person/name "Ivan"])]', entities: [0] },
  'or-join': {
    datalog:
      '[:find ?e ?a :where (or-join [?e] [?e :person/name "Ivan"] [?e :person/last-name "Petrov"]) [?e :person/age ?a]]',
    entities: [0],
  },
  aggregate: {
    datalog: '[:find ?n (avg ?p) (count ?e) :where [?e :person/name ?n] [?e :person/salary ?p]]',
    entities: [],
  },
  'same-colour': {
    datalog: '[:find ?sku :where [?i :inv/sku "SKU-42"] [?i :inv/color ?c] [?j :inv/color ?c] [?j :inv/sku ?sku]]',
    entities: [],
  },
  'ordered-together': {
    datalog:
      '[:find ?sku :where [?i :inv/sku "SKU-25"] [?l :line/item ?i] [?o :order/lines ?l] [?o :order/lines ?m] [?m :line/item ?j] [?j :inv/sku ?sku]]',
    entities: [],
  },
}

export const FOLLOWS: NamedQuery = {
  datalog: '[:find ?x ?y :in $ % :where (follows ?x ?y)]',
  entities: [0, 1],
}
export const FOLLOWS_RULES =
  '[[(follows ?x ?y) [?x :node/follows ?y]] [(follows ?x ?y) [?x :node/follows ?z] (follows ?z ?y)]]'

/** Pull patterns of the root of a family, whose number is ROOT. */
export const PULLS: Readonly<Record<string, string>> = {
  'pull-one': '[:person/name {:node/follows ...}]',
  'pull-many': '[:person/name :person/last-name :person/sex :person/age :person/salary {:node/follows ...}]',
  'pull-wildcard': '[* {:node/follows ...}]',
}
export const ROOT = 1

/** What is asked of one data set, in this order: names of QUERIES and PULLS, 'rules', 'lookup'. `add` times the import itself. */
export interface QueryWorkload {
  /** Ends the names of the figures, so that 'q1' over 100,000 people is 'q1 100k'. */
  readonly suffix: string
  readonly data: DataName
  readonly asks: readonly string[]
  /** Of a full run alone. */
  readonly full: boolean
}

/** What is asked again over more people, and of a long past. */
export const HISTORY_ASKS = ['q1', 'q4', 'qpred1']
const PEOPLE = ['q1', 'q2', 'q2-switch', 'q3', 'q4', 'qpred1', 'qpred2']
const JOINS = ['value-join', 'merge5', 'not', 'or-join', 'aggregate']

const tree = (kind: 'wide' | 'long', depth: number, width: number, full: boolean): QueryWorkload => ({
  suffix: `${kind}-${depth}x${width}`,
  data: { kind, depth, width },
  asks: ['rules'],
  full,
})

export const QUERY_WORKLOADS: readonly QueryWorkload[] = [
  { suffix: '', data: { kind: 'people', n: 20_000 }, asks: ['add', ...PEOPLE, ...JOINS], full: false },
  tree('wide', 3, 3, false),
  tree('wide', 5, 3, false),
  tree('wide', 7, 3, false),
  tree('wide', 4, 6, true),
  tree('long', 10, 3, false),
  tree('long', 30, 3, false),
  tree('long', 30, 5, true),
  { suffix: '', data: { kind: 'family', depth: 4, width: 5 }, asks: Object.keys(PULLS), full: false },
  {
    suffix: '10k',
    data: { kind: 'inventory', n: 10_000, m: 20_000 },
    asks: ['same-colour', 'ordered-together', 'lookup'],
    full: false,
  },
  { suffix: '100k', data: { kind: 'people', n: 100_000 }, asks: HISTORY_ASKS, full: true },
  {
    suffix: '100k',
    data: { kind: 'inventory', n: 100_000, m: 20_000 },
    asks: ['same-colour', 'ordered-together', 'lookup'],
    full: true,
  },
]

/** The same workloads over little data, to warm up and to see whether everything works. */
export const SMALL_WORKLOADS: readonly QueryWorkload[] = QUERY_WORKLOADS.filter(({ full }) => !full).map(
  (workload) => ({
    ...workload,
    data: small(workload.data),
  }),
)

function small(data: DataName): DataName {
  switch (data.kind) {
    case 'people':
      return { ...data, n: 500 }
    case 'inventory':
      return { ...data, n: 500, m: 200 }
    default:
      return { ...data, depth: 3, width: 2 }
  }
}

export const figureName = (ask: string, suffix: string): string => (suffix === '' ? ask : `${ask} ${suffix}`)
