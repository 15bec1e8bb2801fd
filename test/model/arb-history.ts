import fc from 'fast-check'

/** A number that is known only when the history runs: the n-th of the entities, or of the transactions, that there are. */
export type Place = { readonly $entity: number } | { readonly $tx: number } | { readonly $date: number }

export type Step =
  | { readonly do: 'transact'; readonly forms: readonly unknown[]; readonly asText: boolean }
  /** Undoes the n-th transactions. */
  | { readonly do: 'undo'; readonly txs: readonly number[] }
  /** The clock goes on, or back. */
  | { readonly do: 'wait'; readonly ms: number }
export type History = readonly Step[]

/** A transaction, counted from the newest: far ones are those that made the schema. */
const back = fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(9) })
const id = fc.constantFrom('a', 'b', 'c')
const small = fc.integer({ min: 0, max: 2 })
const word = fc.constantFrom('x', 'y')
const tempid = fc.constantFrom('t', 'u', 'w')
const lookup = fc.oneof(
  { weight: 4, arbitrary: id.map((v) => [':m/id', v]) },
  { weight: 1, arbitrary: small.map((v) => [':m/no', v]) },
  { weight: 1, arbitrary: word.map((v) => [':m/code', v]) },
  { weight: 1, arbitrary: fc.tuple(word, fc.option(small)).map((v) => [':m/key', v]) },
)
const entityWith = (tempids: number): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: tempids, arbitrary: tempid },
    { weight: 8, arbitrary: id.map((v) => [':m/id', v]) },
    { weight: 1, arbitrary: lookup },
    { weight: 8, arbitrary: fc.nat(20).map(($entity) => ({ $entity })) },
    { weight: 1, arbitrary: fc.constantFrom(':red', 'datomic.tx') },
  )
const entity = entityWith(10)
/** Rarely a tempid, for one that nothing else is said about is refused. */
const target = entityWith(2)

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ':m/id': id,
  ':m/no': small,
  ':m/code': word,
  ':m/n': small,
  ':m/s': word,
  ':m/tags': word,
  ':m/last': small,
  ':m/real': fc.constantFrom(0, -0, 1, 1.5),
  ':m/when': fc.nat(2).map((n) => new Date(n)),
  ':m/pair': fc.tuple(fc.option(word), small),
  ':m/even': fc.constantFrom(0, 2, 4, 4, 2, 1),
  ':m/key': fc.tuple(word, small),
  ':db/doc': word,
}
const REFS = [':m/peer', ':m/peers', ':m/own', ':m/part', ':m/parts']
const scalarName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(':m/id', ':m/n', ':m/s', ':m/tags') },
  { weight: 3, arbitrary: fc.constantFrom(...Object.keys(SCALARS)) },
)

/** An attribute and one of its values. */
const fact = fc.oneof(
  {
    weight: 5,
    arbitrary: scalarName.chain((a) => fc.tuple(fc.constant(a), SCALARS[a] as fc.Arbitrary<unknown>)),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...REFS), target) },
)

const mapForm: fc.Arbitrary<unknown> = fc.letrec<{ map: unknown; entry: [string, unknown]; nested: [string, unknown] }>(
  (tie) => ({
    entry: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'map' },
      fact,
      fact,
      fc.tuple(fc.constant(':m/tags'), fc.uniqueArray(word, { minLength: 1 })),
      fc.tuple(fc.constant(':m/peers'), fc.oneof(fc.array(target, { minLength: 1, maxLength: 2 }), lookup)),
      fc.tuple(fc.constantFrom(':m/_peers', ':m/_parts', ':m/_peer', ':m/_own'), entity),
      tie('nested'),
    ) as fc.Arbitrary<[string, unknown]>,
    nested: fc.tuple(
      fc.constantFrom(':m/part', ':m/parts', ':m/part', ':m/parts', ':m/peer', ':m/_peer'),
      tie('map'),
    ) as fc.Arbitrary<[string, unknown]>,
    map: fc
      .tuple(
        fc.option(fc.tuple(fc.constant(':db/id'), entity), { freq: 1 }),
        fc.array(tie('entry'), { minLength: 1, maxLength: 3 }),
      )
      .map(([own, entries]) => Object.fromEntries([...(own === null ? [] : [own]), ...entries])),
  }),
).map

const listForm: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(entity, fact).map(([e, [a, v]]) => [':db/add', e, a, v]) },
  { weight: 4, arbitrary: fc.tuple(target, fact).map(([e, [a, v]]) => [':db/retract', e, a, v]) },
  { weight: 2, arbitrary: fc.tuple(target, fact).map(([e, [a]]) => [':db/retract', e, a]) },
  { weight: 2, arbitrary: target.map((e) => [':db/retractEntity', e]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(target, fc.option(small), small, fc.constantFrom(':m/n', ':m/n', ':m/last', ':m/no'))
      .map(([e, old, n, a]) => [':db/cas', e, a, old, n]),
  },
  { weight: 1, arbitrary: fc.tuple(target, target, target).map(([e, x, y]) => [':db/cas', e, ':m/peer', x, y]) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(target, fc.constantFrom(':m/n', ':m/n', ':m/last', ':m/real', ':m/no'), fc.integer({ min: -1, max: 2 }))
      .map(([e, a, n]) => [':db/inc', e, a, n]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(':db/require', ':db/forbid'), id)
      .map(([op, v]) => [op, '[:find ?e :in $ ?id :where [?e :m/id ?id]]', [v]]),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(':m/bump', ':m/twice'), id, small).map((x) => x) },
  { weight: 1, arbitrary: entity.map((e) => [':db/add', e, ':db/ensure', ':m/valid']) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -3, max: 3 }).map(($date) => [':db/add', 'datomic.tx', ':db/txInstant', { $date }]),
  },
  { weight: 1, arbitrary: back.map(($tx) => [':db/undo', { $tx }]) },
)

const attributeName = fc.constantFrom(':m/n', ':m/s', ':m/tags', ':m/code', ':m/no', ':m/peers', ':m/part', ':m/real')
const schemaForm: fc.Arbitrary<unknown> = fc.oneof(
  fc
    .tuple(
      attributeName,
      fc.constantFrom<[string, unknown]>(
        [':db/cardinality', ':db.cardinality/one'],
        [':db/cardinality', ':db.cardinality/many'],
        [':db/unique', ':db.unique/identity'],
        [':db/unique', ':db.unique/value'],
        [':db/index', true],
        [':db/isComponent', true],
        [':db/noHistory', true],
        [':db/noHistory', false],
        [':db/ident', ':m/renamed'],
        [':db/ident', ':m/n'],
        [':db/doc', 'x'],
        [':db/valueType', ':db.type/long'],
        [':db/tupleType', ':db.type/long'],
      ),
    )
    .map(([e, [a, v]]) => ({ ':db/id': e, [a]: v })),
  fc
    .tuple(attributeName, fc.constantFrom(':db/unique', ':db/index', ':db/isComponent', ':db/cardinality', ':db/ident'))
    .map(([e, a]) => [':db/retract', e, a]),
  fc.constantFrom<unknown>(
    { ':db/ident': ':m/new', ':db/valueType': ':db.type/long', ':db/cardinality': ':db.cardinality/one' },
    { ':db/id': ':m/new', ':db/cardinality': ':db.cardinality/many' },
    { ':db/ident': ':green' },
    { ':db/ident': ':red' },
    { ':db/id': ':red', ':db/ident': ':crimson' },
    [':db/retract', ':red', ':db/ident', ':red'],
    { ':db/id': ':db/doc', ':db/noHistory': true },
    { ':db/id': ':m/key', ':db/unique': ':db.unique/value' },
    { ':db/id': ':m/key', ':db/tupleAttrs': [':m/s', ':m/no'] },
  ),
)

/** What is wrong by itself: each is refused, in its own area, whatever stands beside it. */
const wrongForm: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  [':db/add', 't', ':m/none', 1],
  [':db/add', 't', ':m/id', 5],
  [':db/add', 't', ':m/n', 1.5],
  [':db/add', 't', ':m/n', 2 ** 53],
  [':db/add', 't', ':m/n', null],
  [':db/add', 't', ':m/pair', ['x']],
  [':db/add', 't', ':m/peer', true],
  [':db/add', 't', ':m/peer', ':nobody'],
  [':db/add', [':m/id', 'zz'], ':m/n', 1],
  [':db/add', [':m/s', 'x'], ':m/n', 1],
  [':db/add', 999_999, ':m/n', 1],
  [':db/add', -1, ':m/n', 1],
  [':db/add', 't', ':m/id'],
  [':db/cas', [':m/id', 'a'], ':m/tags', null, 'x'],
  [':db/inc', [':m/id', 'a'], ':m/s', 1],
  [':m/nothing', 1],
  {},
  5,
  { ':m/peer': { ':m/n': 1 } },
  [':db/add', 'datomic.tx', ':tx/user', 'mallory'],
)

const form = fc.oneof(
  { weight: 60, arbitrary: mapForm },
  { weight: 60, arbitrary: listForm },
  { weight: 14, arbitrary: schemaForm },
  { weight: 1, arbitrary: wrongForm },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(fc.array(form, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([forms, asText]): Step => ({ do: 'transact', forms, asText })),
  },
  {
    weight: 4,
    arbitrary: fc.array(back, { minLength: 1, maxLength: 3 }).map((txs): Step => ({ do: 'undo', txs })),
  },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 3 }).map((ms): Step => ({ do: 'wait', ms })) },
)

export const history: fc.Arbitrary<History> = fc.array(step, { minLength: 2, maxLength: 8 })
