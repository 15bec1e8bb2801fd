import { AnnalsError } from '../base/errors.ts'
import { isList } from '../datom/atoms.ts'
import { readEdnOne } from '../datom/edn-read.ts'
import { describe } from '../datom/read-value.ts'

/** Transaction data as a list of forms: EDN text is read, a list is taken as it is. Throws `tx/malformed`, `edn/…`. */
export function txForms(input: unknown): readonly unknown[] {
  const forms = typeof input === 'string' ? readEdnOne(input) : input
  if (isList(forms)) return forms.$list
  if (Array.isArray(forms)) return forms
  throw new AnnalsError(
    'tx/malformed',
    `transaction data is a list of forms (or EDN text of one), got ${describe(forms)}`,
  )
}
