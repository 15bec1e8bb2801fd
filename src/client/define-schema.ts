import type { SchemaDef } from '../api/schema.ts'

/** Keeps a schema's literal types, so that `connect<typeof schema>` knows its attributes. Does nothing at run time. */
export function defineSchema<const S extends SchemaDef>(schema: S): S {
  return schema
}
