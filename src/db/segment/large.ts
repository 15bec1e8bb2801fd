import type { Value } from '../../datom/value.ts'

/** UTF-16 units of a value that lies in a segment of its own: it would fill one, with little beside it. */
const LARGE = 16 * 1024

export const isLarge = (v: Value | undefined): v is string => typeof v === 'string' && v.length >= LARGE
