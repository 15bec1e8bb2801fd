import type { Order } from '../index-order.ts'

/**
 * The bytes of a segment, format 1. Little-endian; `[]` may be absent, `*` repeats.
 *
 *     segment   := header groups numbers(e) numbers(tx) [numbers(to - tx)] values* 0 0 0
 *     header    := magic u32 | crc32 u32 of all that follows it | format u8 | codec u8 | order u8 | 0 u8 | length u32 | count u32
 *     order     := its tag, + PAST if the rows have `to`
 *     groups    := size varint, (attribute varint, shape u8)*, [numbers(group of each row) if size > 1]
 *     shape     := kind, + DICTIONARY if the values are a dictionary and places in it
 *     values    := list                                   one for each group: the values of its rows, in the order of the rows
 *                | size - 1 varint, numbers(place), list  with DICTIONARY
 *     list      := numbers                                numbers; booleans as 0 and 1
 *                | texts                                  strings, prefix characters and all; bigints in decimal
 *
 * Rows are grouped by attribute and kind, so that each list holds values that are alike.
 *
 *     numbers   := block*                                 BLOCK numbers each, the last one fewer
 *     block     := head u8, [exponent u8 if SCALED], body
 *     body      := start varint, packed(x - min)                      integers: start is min less the last number before
 *                | start varint, least varint, packed(x - x' - least)   with DELTA: start is the first number less the last before,
 *                                                                      then how far each step from x' to x exceeds the least step
 *                | f64*                                                with head RAW
 *     head      := bits of one packed number (0..54), + DELTA, + SCALED (integers / 10^exponent)
 *     packed    := (low bits first, ends on a byte)       more than 32 bits: all low 32 bits, then all high ones
 *     varint    := bytes of 7 bits, least first, bit 7 says that more follow; bit 6 of the first byte is the sign
 *
 * The last number before is that of the block before; 0 if there is none, or if that is SCALED or RAW. Integers are at most 2^52
 * in magnitude; others are RAW.
 *
 *     texts     := form u8, [template if templated], rest
 *     template  := length varint, numbers(unit, or 0x10000 where it is free)     all texts are of this length, and the same but
 *                                                                  at the free places: what stands there is the rest
 *     rest      := numbers(units shared with the text before, at most MAX_SHARED), numbers(units that follow), units
 *                | numbers                                         form digits: the free places as one decimal number
 *     units     := size varint, numbers(alphabet, ascending), numbers(place in it)        UTF-16 units
 *
 * The three zeros at the end let a reader take whole words. Codec 2 and above are free for what may come: a deflated body. A row
 * with a large value is a segment of its own, in all indexes alike, whichever order it says. Magic, checksum, format, codec and length stay where they are for ever, so that an old
 * reader knows a new segment for what it is.
 */
export const MAGIC = 0x6c6e6e61 // 'annl'
export const FORMAT = 1
export const CODEC = 1
export const HEADER_BYTES = 20
export const TAIL_BYTES = 3
export const At = { checksum: 4, format: 8, codec: 9, order: 10, length: 12, count: 16 } as const

/** Never renumber. What was written before the past lay by blocks of time says `aevt`, `avet`, `vaet` with PAST. */
export const ORDER_TAGS: Readonly<Record<Order, number>> = {
  eavt: 0,
  aevt: 1,
  avet: 2,
  vaet: 3,
  abevt: 9,
  abvet: 10,
  vabet: 11,
}
export const ORDERS = Object.keys(ORDER_TAGS) as readonly Order[]
export const PAST = 4

/** Never renumber. */
export const Kind = { boolean: 0, number: 1, bigint: 2, text: 3 } as const
export const DICTIONARY = 0x80

export const BLOCK = 128
export const DELTA = 0x40
export const SCALED = 0x80
export const RAW = 0x3f
/** The widest number that is packed: the distance of two integers of 2^52. */
export const MAX_WIDTH = 54
/** The greatest integer that is packed. */
export const MAX_PACKED = 2 ** 52
/** Fractions of so many decimal digits at most are stored as integers. */
export const MAX_EXPONENT = 9

export const MAX_SHARED = 255
/** Digits that one number can hold. */
export const MAX_DIGITS = 15
/** How many UTF-16 units there are. */
export const UNITS = 0x10000
/** Stands in a template where texts differ. */
export const FREE = UNITS
/** Forms of texts; digits are templated too. */
export const Texts = { templated: 1, digits: 2 } as const

/** Rows of one segment at most. Bounds what a reader sets aside before it has looked at the columns. */
export const MAX_ROWS = 2 ** 14

/** How many bits it takes to write 0..`most`. */
export const bitsOf = (most: number): number =>
  most < 2 ** 32 ? 32 - Math.clz32(most) : 64 - Math.clz32(most / 2 ** 32)
