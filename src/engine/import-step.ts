import type { ImportStep } from '../api/import.ts'
import { isAnnalsError } from '../base/errors.ts'
import { isList } from '../datom/atoms.ts'
import { txForms } from '../transact/tx-forms.ts'
import { mayShare, type Piece, piecesOf } from './import-pieces.ts'
import type { Ledger } from './ledger.ts'
import type { Sequence } from './sequence.ts'

type ImportLedger = Pick<Ledger, 'transact' | 'chunk' | 'db'>

/** Errors of these areas are a transaction's own: it may do better in smaller pieces. */
const ITS_OWN = /^(tx|value|entity|ident|attribute|schema|edn)\//

/**
 * Imports `elements` in order, as though each were a transaction of its own, and stops at the first that is refused. Maps that
 * cannot tell whether they share a transaction do share one; where several together are refused, they are tried in smaller ones.
 * `areFlat`: whether all are maps of the same keys, with no objects among their values.
 */
export async function importStep(
  ledger: ImportLedger,
  elements: readonly unknown[],
  areFlat: boolean,
): Promise<ImportStep> {
  const done = { elements: 0, transactions: 0, datoms: 0 }
  const isOne = areFlat && ledger.chunk === undefined && mayShare(elements[0])
  let pieces = isOne ? [{ first: 0, elements }] : piecesOf(elements, ledger.chunk, ledger.db.schema)
  while (pieces.length > 0) {
    const sequence: Sequence = { broken: false }
    const { forms, unreadable } = readPieces(pieces)
    const results = await Promise.allSettled(forms.map((f) => ledger.transact(f, { sequence })))
    for (const [i, result] of results.entries()) {
      if (result.status === 'rejected') break
      done.elements += (pieces[i] as Piece).elements.length
      done.transactions++
      done.datoms += result.value.data.length
    }
    const refused = results.findIndex((r) => r.status === 'rejected')
    const stop = refused < 0 ? results.length : refused
    const piece = pieces[stop]
    if (piece === undefined) break
    const error: unknown = refused < 0 ? unreadable : (results[stop] as PromiseRejectedResult).reason
    if (piece.elements.length === 1 || !isAnnalsError(error) || !ITS_OWN.test(error.code)) {
      return { ...done, failed: { element: piece.first, error } }
    }
    pieces = [...halves(piece), ...pieces.slice(stop + 1)]
  }
  return done
}

/** The forms of the pieces, up to the first that is none, and why it is none. */
function readPieces(pieces: readonly Piece[]): { forms: (readonly unknown[])[]; unreadable?: unknown } {
  const forms: (readonly unknown[])[] = []
  for (const { elements } of pieces) {
    const [element] = elements
    try {
      forms.push(typeof element === 'string' || Array.isArray(element) || isList(element) ? txForms(element) : elements)
    } catch (unreadable) {
      return { forms, unreadable }
    }
  }
  return { forms }
}

const halves = ({ first, elements }: Piece): Piece[] => {
  const middle = elements.length >> 1
  return [
    { first, elements: elements.slice(0, middle) },
    { first: first + middle, elements: elements.slice(middle) },
  ]
}
