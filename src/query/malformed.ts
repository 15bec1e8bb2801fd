import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Edn } from '../datom/atoms.ts'
import { printEdn } from '../datom/edn-print.ts'

const MAX_SHOWN = 160

/** A form as EDN text for messages, cut when it is long. */
export function showForm(form: Edn): string {
  let text: string
  try {
    text = printEdn(form)
  } catch (e) {
    if (!isAnnalsError(e)) throw e
    text = '(a form that has no text)'
  }
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text
}

/** The error for a part of a query that is not of the grammar. */
export function malformed(form: Edn, wanted: string): AnnalsError {
  const found = showForm(form)
  return new AnnalsError('query/malformed', `found ${found}; wanted ${wanted}`, { found, wanted })
}
