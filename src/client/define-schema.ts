import type { AttributeDef, SchemaDef } from '../api/schema.ts'

/** `S`, with what no definition has made impossible: an object that is inferred may say more than it must. */
type WithKnownKeys<S> = {
  readonly [A in keyof S]: { readonly [K in keyof S[A]]: K extends keyof AttributeDef ? S[A][K] : never }
}

/** Keeps a schema's literal types, so that `connect<typeof schema>` knows its attributes. Does nothing at run time. */
export function defineSchema<const S extends SchemaDef>(schema: S & WithKnownKeys<S>): S {
  return schema
}
