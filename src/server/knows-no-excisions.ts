import { AnnalsError } from '../base/errors.ts'

export const knowsNoExcisions = (): AnnalsError =>
  new AnnalsError('sync/upgrade', 'facts were taken out of this log, which this version of annals cannot follow', {})
