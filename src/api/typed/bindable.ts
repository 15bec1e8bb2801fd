import type { IsExpression, List, Source, Variable } from './bindings.ts'

/** The variables that a query may bind. Conditional, so that messages spell them out. */
export type Bindable<Q> = Q extends unknown
  ?
      | (Q extends { readonly where: infer W extends List } ? BoundIn<W[number]> : never)
      | (Q extends { readonly in: infer I } ? NamesIn<I> : never)
  : never
type BoundIn<C> = C extends List
  ? C[0] extends 'not' | 'not-join'
    ? never
    : C[0] extends 'or' | 'and'
      ? BoundIn<C[number]>
      : C[0] extends 'or-join'
        ? NamesIn<C[1]>
        : C[0] extends List
          ? NamesIn<IsExpression<C> extends true ? C[1] : C>
          : C extends readonly [Source, ...infer R]
            ? BoundIn<R>
            : NamesIn<C>
  : unknown extends C
    ? Variable
    : never
type NamesIn<X> = X extends string
  ? string extends X
    ? Variable
    : X extends Variable
      ? X
      : never
  : X extends readonly (infer M)[]
    ? NamesIn<M>
    : never
