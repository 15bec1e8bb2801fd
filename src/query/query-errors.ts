import { AnnalsError, type ErrorCode } from '../base/errors.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Edn } from '../datom/atoms.ts'
import { nearestAttribute, type Schema, withColon } from '../datom/schema.ts'
import { showForm } from './malformed.ts'

export function unboundVariable(variable: string, form: Edn): AnnalsError {
  const clause = showForm(form)
  return new AnnalsError(
    'query/unbound-variable',
    `${clause} needs ${variable}, to which nothing gives a value before; bind it in a pattern or in :in`,
    { variable, clause },
  )
}

export function unknownAttribute(schema: Schema, name: string | number, form: Edn): AnnalsError {
  const nearest = typeof name === 'string' ? nearestAttribute(schema, name) : undefined
  const shown = typeof name === 'string' ? withColon(name) : String(name)
  const none = 'no attribute has a name like it'
  return noSuch('query/unknown-attribute', 'attribute', { attribute: shown }, nearest, none, form)
}

export const unknownIdent = (ident: string, form: Edn): AnnalsError =>
  new AnnalsError('ident/unknown', `there is no entity with the ident ${ident}, which ${showForm(form)} names`, {
    ident,
    clause: showForm(form),
  })

export function wrongArity(what: string, wanted: string, found: number, form: Edn): AnnalsError {
  const clause = showForm(form)
  return new AnnalsError('query/wrong-arity', `${what} takes ${wanted}, but ${clause} gives ${found}`, {
    clause,
    found,
  })
}

/** The error names the nearest of `known`; the known ones where none is near and they are few. */
export function unknownName(
  code: 'query/unknown-function' | 'query/unknown-rule' | 'query/unknown-source',
  what: string,
  name: string,
  known: Iterable<string>,
  form: Edn,
): AnnalsError {
  const names = Array.from(known)
  const all = names.length === 0 ? 'none is known' : `known: ${names.slice(0, 12).join(' ')}`
  return noSuch(code, what, { name }, nearestName(name, names), all, form)
}

/** What is named is not there: the nearest that is, or `none`. `form` says where it is named. */
export function noSuch(
  code: ErrorCode,
  what: string,
  data: Readonly<Record<string, string>>,
  nearest: string | undefined,
  none: string,
  form: Edn,
): AnnalsError {
  const clause = showForm(form)
  const hint = nearest === undefined ? none : `did you mean ${nearest}?`
  return new AnnalsError(code, `there is no ${what} ${Object.values(data)[0]}, which ${clause} names; ${hint}`, {
    ...data,
    clause,
    ...(nearest === undefined ? {} : { nearest }),
  })
}
