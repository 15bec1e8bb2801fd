import { type Edn, isKeyword, isSym } from '../datom/atoms.ts'

export const isVariableName = (name: string): boolean => name.startsWith('?') && name.length > 1
/** Sources that need no input: the database, and what it has pending. */
export const isOwnSource = (name: string): boolean => name === '$' || name === '$queue'

export const isSourceName = (name: string): boolean => name.startsWith('$')

/** The name of a symbol; undefined for every other form. */
export const symbolName = (form: Edn | undefined): string | undefined => (isSym(form) ? form.$sym : undefined)
/** The name of a variable form; undefined for every other form. */
export function variableName(form: Edn | undefined): string | undefined {
  const name = symbolName(form)
  return name !== undefined && isVariableName(name) ? name : undefined
}
export const isBlank = (form: Edn | undefined): boolean => symbolName(form) === '_'
export const isEllipsis = (form: Edn | undefined): boolean => symbolName(form) === '...'

/** The text of a keyword without its colon, or of a string; undefined for every other form. */
export function plainName(form: Edn | undefined): string | undefined {
  if (isKeyword(form)) return form.$kw.slice(1)
  return typeof form === 'string' ? form : undefined
}
export const isKeywordNamed = (form: Edn | undefined, name: string): boolean => isKeyword(form) && form.$kw === name
