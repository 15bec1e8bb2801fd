import { AnnalsError } from '../base/errors.ts'

/** What transaction data or schema call by a name that nobody has registered. */
export const unknownFunction = (name: string): AnnalsError =>
  new AnnalsError(
    'tx/unknown-function',
    `there is no operation or function ${name}; register it with defineFunctions in the worker and on the server`,
    { function: name },
  )
