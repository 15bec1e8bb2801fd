import type { ImportProgress } from '../../api/import.ts'
import type { WireImportStep } from '../../api/messages.ts'
import { isAnnalsError, toWireError } from '../../base/errors.ts'

/** What became of the elements that a page has sent, as it crosses: how far they came is told beside what is wrong with one. */
export async function wireImport(importing: Promise<ImportProgress>): Promise<WireImportStep> {
  try {
    return await importing
  } catch (e) {
    if (!isAnnalsError(e) || typeof e.data.element !== 'number') throw e
    const { element, imported } = e.data as { element: number; imported: ImportProgress }
    return { ...imported, failed: { element, error: toWireError(e.cause) } }
  }
}
