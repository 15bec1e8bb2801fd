import { AnnalsError } from './errors.ts'

/** The inputs of a query, each made into what `f` says. Throws `query/wrong-input` when they are no list. */
export function mapInputs<T>(inputs: readonly unknown[], f: (input: unknown) => T): readonly T[] {
  if (Array.isArray(inputs)) return Array.from(inputs, f)
  throw new AnnalsError('query/wrong-input', `the inputs of a query are a list, q(query, [a, b]), got ${typeof inputs}`)
}
