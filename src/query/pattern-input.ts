import type { Query } from './syntax.ts'

/** The place in `:in` of what gives the pull pattern `name`; -1 where nothing does. */
export const patternInput = (query: Query, name: string): number =>
  query.in.findIndex((input) => {
    if (input.kind === 'name') return input.name === name
    return input.kind === 'binding' && input.binding.kind === 'var' && input.binding.name === name
  })
