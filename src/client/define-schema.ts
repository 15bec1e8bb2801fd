import type { AttributeDef, SchemaDef } from '../api/schema.ts'

/** What a schema has to be beside a {@link SchemaDef}: an object that is inferred may say more than its type asks for. */
type WithKnownKeys<S> =
  KeyOf<S[keyof S]> extends keyof AttributeDef
    ? unknown
    : {
        readonly [A in keyof S]: {
          readonly [K in keyof S[A]]: K extends keyof AttributeDef ? S[A][K] : NoOption<K>
        }
      }
type KeyOf<D> = D extends unknown ? keyof D : never

/** The error for what no attribute says of itself. */
interface NoOption<K> {
  readonly 'is no option of an attribute': K
}

/** Keeps a schema's literal types, so that `connect<typeof schema>` knows its attributes. Does nothing at run time. */
export function defineSchema<const S extends SchemaDef & WithKnownKeys<S>>(schema: S): S {
  return schema
}
