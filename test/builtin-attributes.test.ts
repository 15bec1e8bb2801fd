import { expect, it } from 'vitest'
import type { BuiltinAttributes } from '../src/api/typed/attributes.ts'
import { BUILTIN_ATTRIBUTES } from '../src/datom/builtin.ts'
import { withoutColon } from '../src/datom/schema.ts'

/** What the types say of the attributes that every database has, once more as data. */
const TYPED: BuiltinAttributes = {
  'db/ident': { type: 'keyword', unique: 'identity' },
  'db/doc': { type: 'string' },
  'db/valueType': { type: 'ref' },
  'db/cardinality': { type: 'ref' },
  'db/unique': { type: 'ref' },
  'db/isComponent': { type: 'boolean' },
  'db/index': { type: 'boolean' },
  'db/noHistory': { type: 'boolean' },
  'db/tupleAttrs': { type: 'tuple', tupleType: 'ref' },
  'db/tupleTypes': { type: 'tuple', tupleType: 'keyword' },
  'db/tupleType': { type: 'keyword' },
  'db.attr/preds': { type: 'symbol', many: true },
  'db.entity/attrs': { type: 'keyword', many: true },
  'db.entity/preds': { type: 'symbol', many: true },
  'db/ensure': { type: 'ref' },
  'db/txInstant': { type: 'instant', index: true },
  'tx/id': { type: 'uuid', unique: 'identity' },
  'tx/basis': { type: 'long' },
  'tx/replica': { type: 'uuid' },
  'tx/user': { type: 'string' },
  'tx/deviceInstant': { type: 'instant' },
  'tx/undoes': { type: 'ref', many: true },
  'tx/retryOf': { type: 'uuid' },
  'tx/migration': { type: 'string', unique: 'value' },
}

it('the built-in attributes that types know are those that databases are born with', () => {
  const born = BUILTIN_ATTRIBUTES.map(({ id: _id, doc: _doc, ident, ...def }) => [withoutColon(ident), def])
  expect(TYPED).toEqual(Object.fromEntries(born))
})
