import { AMOUNT, checkOptions, SIGNAL } from './check-options.ts'

const OPTIONS = { signal: SIGNAL, timeout: AMOUNT, maxRows: AMOUNT }

/** Throws `db/bad-option` for options that no query or pull has, or of another kind. */
export const checkQueryOptions = (options: object): void => checkOptions('a query', options, OPTIONS)
