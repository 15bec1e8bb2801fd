import type { Db, Functions } from '../../src/engine.ts'
import type { ModelDb } from './model-db.ts'
import { named } from './model-schema.ts'
import type { ModelFunctions } from './model-transact.ts'

const attribute = (ident: string, type: string, more: object = {}) => ({
  ':db/ident': ident,
  ':db/valueType': `:db.type/${type}`,
  ':db/cardinality': ':db.cardinality/one',
  ...more,
})
const many = { ':db/cardinality': ':db.cardinality/many' }
const identity = { ':db/unique': ':db.unique/identity' }
const component = { ':db/isComponent': true }

/**
 * The transactions that every history begins with. A small world, so that histories collide: several ways to identify, refs of
 * every kind, what is special once each, and three entities.
 */
export const BEGINNING: readonly (readonly object[])[] = [
  [
    attribute(':m/id', 'string', identity),
    attribute(':m/no', 'long', identity),
    attribute(':m/code', 'string', { ':db/unique': ':db.unique/value' }),
    attribute(':m/n', 'long', { ':db/index': true }),
    attribute(':m/s', 'string'),
    attribute(':m/tags', 'string', many),
    attribute(':m/peer', 'ref'),
    attribute(':m/peers', 'ref', many),
    attribute(':m/own', 'ref', identity),
    attribute(':m/part', 'ref', component),
    attribute(':m/parts', 'ref', { ...many, ...component }),
    attribute(':m/last', 'long', { ':db/noHistory': true }),
    attribute(':m/real', 'double'),
    attribute(':m/when', 'instant'),
    attribute(':m/pair', 'tuple', { ':db/tupleTypes': [':db.type/string', ':db.type/long'] }),
    attribute(':m/even', 'long', { ':db.attr/preds': 'm/is-even' }),
    { ':db/ident': ':red' },
    { ':db/ident': ':m/valid', ':db.entity/attrs': [':m/id'], ':db.entity/preds': ['m/has-tag'] },
  ],
  [attribute(':m/key', 'tuple', { ':db/tupleAttrs': [':m/s', ':m/n'], ...identity })],
  ['a', 'b', 'c'].map((id, n) => ({ ':m/id': id, ':m/n': n })),
]

const bumped = (id: unknown, by: unknown, n: unknown): unknown[] => [
  { ':m/id': id, ':m/n': ((n as number | undefined) ?? 0) + (by as number) },
]
const twice = (args: readonly unknown[]): unknown[] => [
  [':m/bump', ...args],
  [':db/add', 'made', ':m/tags', 'made'],
]
const isEven = (n: unknown): boolean => (n as number) % 2 === 0

/** The application's functions, as annals calls them. */
export const FUNCTIONS = {
  'm/bump': async (db: Db, [id, by]: readonly unknown[]) => {
    const e = await db.entid(['m/id', id])
    return bumped(id, by, e === undefined ? undefined : (await db.datoms('eavt', e, 'm/n'))[0]?.v)
  },
  'm/twice': (_: Db, args: readonly unknown[]) => twice(args),
  'm/is-even': isEven,
  'm/has-tag': async (db: Db, e: number) => (await db.datoms('eavt', e, 'm/tags')).length > 0,
} as unknown as Functions

/** The same functions as the model calls them. */
export const MODEL_FUNCTIONS: ModelFunctions = {
  calls: {
    ':m/bump': (db, [id, by]) => {
      const e = db.owner(named(db, ':m/id').id, id)
      return bumped(id, by, e === undefined ? undefined : db.values(e, named(db, ':m/n').id)[0])
    },
    ':m/twice': (_, args) => twice(args),
  },
  tests: {
    'm/is-even': (_, n) => isEven(n),
    'm/has-tag': (db: ModelDb, e) => db.values(e as number, named(db, ':m/tags').id).length > 0,
  },
}
