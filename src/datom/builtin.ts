import type { ValueType } from './value-type.ts'

/**
 * The entities that every database is born with, at t = 0. Frozen: the ids reach disk and the wire, so a line may never
 * change; what comes later arrives as an ordinary transaction.
 */
export const Builtin = {
  ident: 1,
  doc: 2,
  valueType: 3,
  cardinality: 4,
  unique: 5,
  isComponent: 6,
  index: 7,
  noHistory: 8,
  tupleAttrs: 9,
  tupleTypes: 10,
  tupleType: 11,
  attrPreds: 12,
  entityAttrs: 13,
  entityPreds: 14,
  ensure: 15,
  txInstant: 20,
  txId: 21,
  txBasis: 22,
  txReplica: 23,
  txUser: 24,
  txDeviceInstant: 25,
  txUndoes: 26,
  txRetryOf: 27,
  txMigration: 28,
  typeFirst: 40,
  one: 60,
  many: 61,
  identity: 62,
  value: 63,
} as const

interface BuiltinAttribute {
  readonly id: number
  readonly ident: string
  readonly type: ValueType
  readonly many?: true
  readonly unique?: 'identity' | 'value'
  readonly index?: true
  readonly tupleType?: ValueType
  readonly doc: string
}

export const BUILTIN_ATTRIBUTES: readonly BuiltinAttribute[] = [
  {
    id: Builtin.ident,
    ident: ':db/ident',
    type: 'keyword',
    unique: 'identity',
    doc: 'A name for an entity that programs use.',
  },
  { id: Builtin.doc, ident: ':db/doc', type: 'string', doc: 'What an entity is for, in words.' },
  {
    id: Builtin.valueType,
    ident: ':db/valueType',
    type: 'ref',
    doc: 'The type of an attribute’s values; never changes.',
  },
  { id: Builtin.cardinality, ident: ':db/cardinality', type: 'ref', doc: 'Whether an entity has one value or many.' },
  { id: Builtin.unique, ident: ':db/unique', type: 'ref', doc: 'Whether a value belongs to one entity only.' },
  {
    id: Builtin.isComponent,
    ident: ':db/isComponent',
    type: 'boolean',
    doc: 'Whether the target belongs to the entity.',
  },
  { id: Builtin.index, ident: ':db/index', type: 'boolean', doc: 'Whether AVET holds the attribute.' },
  { id: Builtin.noHistory, ident: ':db/noHistory', type: 'boolean', doc: 'Whether superseded values are dropped.' },
  {
    id: Builtin.tupleAttrs,
    ident: ':db/tupleAttrs',
    type: 'tuple',
    tupleType: 'ref',
    doc: 'The attributes that a composite tuple joins.',
  },
  {
    id: Builtin.tupleTypes,
    ident: ':db/tupleTypes',
    type: 'tuple',
    tupleType: 'keyword',
    doc: 'The types of a tuple’s members, in order.',
  },
  { id: Builtin.tupleType, ident: ':db/tupleType', type: 'keyword', doc: 'The one type of all members of a tuple.' },
  {
    id: Builtin.attrPreds,
    ident: ':db.attr/preds',
    type: 'symbol',
    many: true,
    doc: 'Functions that a value must satisfy.',
  },
  {
    id: Builtin.entityAttrs,
    ident: ':db.entity/attrs',
    type: 'keyword',
    many: true,
    doc: 'Attributes that a spec requires.',
  },
  {
    id: Builtin.entityPreds,
    ident: ':db.entity/preds',
    type: 'symbol',
    many: true,
    doc: 'Functions that a spec requires.',
  },
  { id: Builtin.ensure, ident: ':db/ensure', type: 'ref', doc: 'Asks for an entity spec to be checked; never stored.' },
  {
    id: Builtin.txInstant,
    ident: ':db/txInstant',
    type: 'instant',
    index: true,
    doc: 'When a transaction was made; never decreases.',
  },
  {
    id: Builtin.txId,
    ident: ':tx/id',
    type: 'uuid',
    unique: 'identity',
    doc: 'The transaction’s own id, pending or not.',
  },
  { id: Builtin.txBasis, ident: ':tx/basis', type: 'long', doc: 'The t that the author of a transaction had seen.' },
  { id: Builtin.txReplica, ident: ':tx/replica', type: 'uuid', doc: 'The replica that a transaction was made on.' },
  { id: Builtin.txUser, ident: ':tx/user', type: 'string', doc: 'Who made a transaction, as the server knows them.' },
  {
    id: Builtin.txDeviceInstant,
    ident: ':tx/deviceInstant',
    type: 'instant',
    doc: 'When, by the clock of the device.',
  },
  { id: Builtin.txUndoes, ident: ':tx/undoes', type: 'ref', many: true, doc: 'The transactions that this one undoes.' },
  {
    id: Builtin.txRetryOf,
    ident: ':tx/retryOf',
    type: 'uuid',
    doc: 'The refused transaction that this one sends again.',
  },
  {
    id: Builtin.txMigration,
    ident: ':tx/migration',
    type: 'string',
    unique: 'value',
    doc: 'The migration that this is.',
  },
]

/** The idents that are values of the built-in attributes. */
export const BUILTIN_IDENTS: readonly (readonly [id: number, ident: string])[] = [
  [Builtin.one, ':db.cardinality/one'],
  [Builtin.many, ':db.cardinality/many'],
  [Builtin.identity, ':db.unique/identity'],
  [Builtin.value, ':db.unique/value'],
]
