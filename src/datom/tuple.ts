import type { Value } from './value.ts'

/**
 * Tuples as strings whose UTF-16 order is the order of their members, absent ones first:
 *
 *     tuple  := member*
 *     member := U+0001                              absent
 *             | U+0002 kind payload U+0000          kind is one of the characters below; U+0000 inside a payload is
 *                                                   followed by U+FFFF
 *     number := 16 hexadecimal digits of the double, sign bit flipped (all bits when negative)
 */
const ABSENT = '\u0001'
const PRESENT = '\u0002'
const END = '\u0000'
const ESCAPE = '\uffff'
const Kind = { false: 'b', true: 'c', number: 'n', bigint: 'o', string: 's' } as const

const bits = new DataView(new ArrayBuffer(8))

function hexOfNumber(n: number): string {
  bits.setFloat64(0, n)
  const hi = bits.getUint32(0)
  const lo = bits.getUint32(4)
  const negative = hi >>> 31 === 1
  const h = negative ? ~hi >>> 0 : (hi | 0x80000000) >>> 0
  const l = negative ? ~lo >>> 0 : lo
  return h.toString(16).padStart(8, '0') + l.toString(16).padStart(8, '0')
}

function numberOfHex(hex: string): number {
  const h = Number.parseInt(hex.slice(0, 8), 16)
  const l = Number.parseInt(hex.slice(8), 16)
  const positive = h >>> 31 === 1
  bits.setUint32(0, positive ? h & 0x7fffffff : ~h)
  bits.setUint32(4, positive ? l : ~l)
  return bits.getFloat64(0)
}

/** Order-preserving text of a bigint: sign, number of digits, digits (complemented when negative). */
function textOfBigint(n: bigint): string {
  const digits = (n < 0n ? -n : n).toString()
  const body = String(digits.length).padStart(5, '0') + digits
  return n < 0n ? `0${body.replace(/\d/g, (d) => String(9 - Number(d)))}` : `1${body}`
}

function bigintOfText(text: string): bigint {
  const body = text.slice(1)
  if (text[0] === '1') return BigInt(body.slice(5))
  return -BigInt(body.replace(/\d/g, (d) => String(9 - Number(d))).slice(5))
}

function memberText(v: Value): string {
  switch (typeof v) {
    case 'boolean':
      return v ? Kind.true : Kind.false
    case 'number':
      return Kind.number + hexOfNumber(v)
    case 'bigint':
      return Kind.bigint + textOfBigint(v)
    default:
      return Kind.string + v.replaceAll(END, END + ESCAPE)
  }
}

function memberValue(text: string): Value {
  const payload = text.slice(1)
  switch (text[0]) {
    case Kind.false:
      return false
    case Kind.true:
      return true
    case Kind.number:
      return numberOfHex(payload)
    case Kind.bigint:
      return bigintOfText(payload)
    default:
      return payload.replaceAll(END + ESCAPE, END)
  }
}

/** The payload (without the tuple prefix) of members in order; `null` is absent. */
export function tuplePayload(members: readonly (Value | null)[]): string {
  let out = ''
  for (const m of members) out += m === null ? ABSENT : PRESENT + memberText(m) + END
  return out
}

/** The members of a payload written by {@link tuplePayload}. */
export function tupleMembers(payload: string): (Value | null)[] {
  const out: (Value | null)[] = []
  let i = 0
  while (i < payload.length) {
    if (payload[i] === ABSENT) {
      out.push(null)
      i++
      continue
    }
    let end = i + 1
    while (payload[end] !== END || payload[end + 1] === ESCAPE) end++
    out.push(memberValue(payload.slice(i + 1, end)))
    i = end + 1
  }
  return out
}
