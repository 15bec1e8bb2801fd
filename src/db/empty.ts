import { BUILTIN_ATTRIBUTES, BUILTIN_IDENTS, Builtin } from '../datom/builtin.ts'
import { txOfT } from '../datom/ids.ts'
import { instantValue, keywordValue } from '../datom/read-value.ts'
import { TxDataBuilder } from '../datom/tx-data.ts'
import { VALUE_TYPES } from '../datom/value-type.ts'
import { applyTx } from './apply.ts'
import { type Db, noPast, noPresent, PLAIN_VIEW } from './db.ts'
import { EMPTY_SCHEMA, idOfValueType, updateSchema } from './schema-at.ts'

/** A database at t = 0: the built-in attributes, said by transaction 0 at 1970-01-01. */
export function emptyDb(): Promise<Db> {
  empty ??= makeEmpty()
  return empty
}

/** The one value; never changed, like every other. */
let empty: Promise<Db> | undefined

async function makeEmpty(): Promise<Db> {
  const nothing: Db = {
    schema: bootstrapSchema(),
    basisT: 0,
    lastTx: txOfT(0),
    present: noPresent(),
    past: noPast(),
    aliases: new Map(),
    view: PLAIN_VIEW,
  }
  return applyTx(nothing, txOfT(0), builtinData(), 0)
}

function builtinData(): TxDataBuilder {
  const data = new TxDataBuilder()
  const say = (e: number, a: number, v: number | string | boolean): void => data.push(e, a, v, 1)
  for (const b of BUILTIN_ATTRIBUTES) {
    say(b.id, Builtin.ident, keywordValue(b.ident) as string)
    say(b.id, Builtin.doc, b.doc)
    say(b.id, Builtin.valueType, idOfValueType(b.type))
    say(b.id, Builtin.cardinality, b.many ? Builtin.many : Builtin.one)
    if (b.unique !== undefined) say(b.id, Builtin.unique, b.unique === 'identity' ? Builtin.identity : Builtin.value)
    if (b.index) say(b.id, Builtin.index, true)
    if (b.tupleType) say(b.id, Builtin.tupleType, keywordValue(`:db.type/${b.tupleType}`) as string)
  }
  for (const type of VALUE_TYPES) say(idOfValueType(type), Builtin.ident, keywordValue(`:db.type/${type}`) as string)
  for (const [id, ident] of BUILTIN_IDENTS) say(id, Builtin.ident, keywordValue(ident) as string)
  data.push(txOfT(0), Builtin.txInstant, instantValue(0), 1)
  return data
}

/** Just enough schema to file the built-in facts by: their attributes, before any fact says so. */
function bootstrapSchema() {
  const attributes = new Map(
    BUILTIN_ATTRIBUTES.map((b) => [
      b.id,
      {
        id: b.id,
        ident: b.ident,
        name: b.ident.slice(1),
        type: b.type,
        many: b.many === true,
        unique: b.unique,
        component: false,
        index: b.index === true,
        noHistory: false,
        tupleAttrs: undefined,
        tupleTypes: undefined,
        tupleType: b.tupleType,
        preds: [],
      },
    ]),
  )
  return { ...updateSchema(EMPTY_SCHEMA, new Map()), attributes }
}
