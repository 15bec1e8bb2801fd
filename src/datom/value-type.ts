/** The value types, with their EDN idents `:db.type/…`. */
export const VALUE_TYPES = [
  'boolean',
  'long',
  'bigint',
  'double',
  'bigdec',
  'instant',
  'string',
  'keyword',
  'symbol',
  'uuid',
  'uri',
  'bytes',
  'tuple',
  'ref',
] as const
export type ValueType = (typeof VALUE_TYPES)[number]
