import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { isKeyword, isLiteral } from '../datom/atoms.ts'
import { describe, readUntyped, readValue } from '../datom/read-value.ts'
import type { Value } from '../datom/value.ts'
import type { ValueType } from '../datom/value-type.ts'
import type { Db } from '../db/db.ts'
import { entityId, valueIn } from '../db/entity.ts'
import { unknownIdent } from './query-errors.ts'
import { attributeNamed } from './resolve-terms.ts'
import type { Role } from './roles.ts'

/** What stands for an entity that does not exist: no fact is about it. */
export const NOBODY = -1

const NUMERIC: ReadonlySet<ValueType> = new Set<ValueType>(['long', 'double', 'bigint', 'bigdec'])

/** A value that the engine has already, given as an input (to a sub-query). */
export class EngineValue {
  constructor(readonly value: Value) {}
}

/**
 * Reads an input or a constant for a variable: by the variable's role where it has one. `db` is the source that the role
 * names. An entity that is not there reads as {@link NOBODY}. Throws `query/wrong-input`, `ident/unknown` or
 * `query/unknown-attribute`, naming `where`.
 */
export function readInput(db: Db | undefined, role: Role, raw: unknown, where: string): MaybePromise<Value> {
  if (raw instanceof EngineValue) return raw.value
  if (raw === undefined || raw === null) throw wrongInput(where, raw, 'a value')
  try {
    switch (role.kind) {
      case 'entity':
        return db === undefined ? readUntyped(raw, where) : readEntity(db, raw, where)
      case 'attribute':
        return db === undefined ? readUntyped(raw, where) : readAttribute(db, raw, where)
      case 'value': {
        const { attribute } = role
        // numbers unify across their types: one that this type cannot hold just equals none
        if (NUMERIC.has(attribute.type) && (typeof raw === 'number' || typeof raw === 'bigint'))
          return readUntyped(raw, where)
        if (attribute.type !== 'tuple') return readValue(attribute.type, raw, attribute.ident)
        return db === undefined ? readUntyped(raw, where) : orNobody(valueIn(db, attribute, raw))
      }
      default:
        return readUntyped(raw, where)
    }
  } catch (cause) {
    if (!isAnnalsError(cause)) throw cause
    if ('likely' in role) return readUntyped(raw, where)
    if (!/^(?:value|entity)\//.test(cause.code)) throw cause
    throw new AnnalsError(
      'query/wrong-input',
      `${where}: ${cause.message}`,
      { ...cause.data, variable: where },
      { cause },
    )
  }
}

export function wrongInput(where: string, raw: unknown, wanted: string): AnnalsError {
  return new AnnalsError('query/wrong-input', `${where} wants ${wanted}, got ${describe(raw)}`, {
    variable: where,
    wanted,
  })
}

function readEntity(db: Db, raw: unknown, where: string): MaybePromise<Value> {
  const ident = isKeyword(raw) ? raw.$kw : typeof raw === 'string' && raw.startsWith(':') ? raw : undefined
  if (ident !== undefined && !db.schema.idents.has(ident)) {
    throw unknownIdent(ident, { $sym: where })
  }
  return orNobody(entityId(db, isLiteral(raw) ? raw.$lit : raw))
}

const orNobody = (found: MaybePromise<Value | undefined>): MaybePromise<Value> => andThen(found, (v) => v ?? NOBODY)

function readAttribute(db: Db, raw: unknown, where: string): Value {
  const name = isKeyword(raw) ? raw.$kw : isLiteral(raw) ? raw.$lit : raw
  if (typeof name !== 'string' && typeof name !== 'number') throw wrongInput(where, raw, 'an attribute')
  return attributeNamed(db.schema, name, { $sym: where }).id
}
