/** The attributes that every database has, beside those of the application's schema. */
export interface BuiltinAttributes {
  readonly 'db/ident': { readonly type: 'keyword'; readonly unique: 'identity' }
  readonly 'db/doc': { readonly type: 'string' }
  readonly 'db/valueType': { readonly type: 'ref' }
  readonly 'db/cardinality': { readonly type: 'ref' }
  readonly 'db/unique': { readonly type: 'ref' }
  readonly 'db/isComponent': { readonly type: 'boolean' }
  readonly 'db/index': { readonly type: 'boolean' }
  readonly 'db/noHistory': { readonly type: 'boolean' }
  readonly 'db/tupleAttrs': { readonly type: 'tuple'; readonly tupleType: 'ref' }
  readonly 'db/tupleTypes': { readonly type: 'tuple'; readonly tupleType: 'keyword' }
  readonly 'db/tupleType': { readonly type: 'keyword' }
  readonly 'db.attr/preds': { readonly type: 'symbol'; readonly many: true }
  readonly 'db.entity/attrs': { readonly type: 'keyword'; readonly many: true }
  readonly 'db.entity/preds': { readonly type: 'symbol'; readonly many: true }
  readonly 'db/ensure': { readonly type: 'ref' }
  readonly 'db/txInstant': { readonly type: 'instant'; readonly index: true }
  readonly 'tx/id': { readonly type: 'uuid'; readonly unique: 'identity' }
  readonly 'tx/basis': { readonly type: 'long' }
  readonly 'tx/replica': { readonly type: 'uuid' }
  readonly 'tx/user': { readonly type: 'string' }
  readonly 'tx/deviceInstant': { readonly type: 'instant' }
  readonly 'tx/undoes': { readonly type: 'ref'; readonly many: true }
  readonly 'tx/retryOf': { readonly type: 'uuid' }
  readonly 'tx/migration': { readonly type: 'string'; readonly unique: 'value' }
}

/** Whether nothing is known of the schema: every attribute may exist, with values of any type. */
export type IsUntyped<S> = string extends keyof S ? true : false

/** A name without its colon. */
export type Bare<A> = A extends `:${infer N}` ? N : A

/** What the schema says of an attribute, named with or without colon; never for one that it does not know. */
export type DefOf<S, A> = IsUntyped<S> extends true ? object : DefBy<S, A>
type DefBy<S, A> = A extends keyof S
  ? S[A]
  : A extends keyof BuiltinAttributes
    ? BuiltinAttributes[A]
    : A extends `:${infer N}`
      ? N extends keyof S
        ? S[N]
        : N extends keyof BuiltinAttributes
          ? BuiltinAttributes[N]
          : never
      : A extends string
        ? `:${A}` extends keyof S
          ? S[`:${A}`]
          : never
        : never

/** The names of all attributes, without colon. Conditional, so that messages spell them out. */
export type AttributeName<S> = S extends unknown ? Bare<keyof S & string> | keyof BuiltinAttributes : never

/** The attribute behind a reverse name: `inv/color` for `inv/_color`; never for a forward one. */
export type Forward<A> =
  Bare<A> extends `${infer N}/_${infer L}` ? `${N}/${L}` : Bare<A> extends `_${infer L}` ? L : never

/** The names of attributes by which one entity can be found. */
export type UniqueName<S> =
  | { [A in keyof S & string]: S[A] extends { readonly unique: string } ? Bare<A> : never }[keyof S & string]
  | 'db/ident'
  | 'tx/id'
  | 'tx/migration'
