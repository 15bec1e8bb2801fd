import type { Edn, Literal } from './atoms.ts'
import { base64Bytes } from './base64.ts'

/** The tags that the reader knows. */
export const TAGS: readonly string[] = ['inst', 'uuid', 'uri', 'base64']

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const INSTANT =
  /^([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d)(?:T([01]\d|2[0-3]):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

/** RFC 3339 and what Clojure's reader accepts beside it: parts may be missing from the right, no zone is UTC. */
function readInstant(text: string): Date | undefined {
  const m = INSTANT.exec(text)
  if (m === null) return undefined
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = m
  const millis = fraction.slice(0, 3).padEnd(3, '0')
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}${zone}`)
  const daysInMonth = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate()
  return Number.isNaN(at.getTime()) || Number(day) > daysInMonth ? undefined : at
}

/** What `#tag value` means, or a sentence saying what was wanted. Requires: `tag` is one of {@link TAGS}. */
export function readTagged(tag: string, value: Edn): Literal | Date | string {
  if (typeof value !== 'string') return `#${tag} wants a string`
  switch (tag) {
    case 'inst':
      return readInstant(value) ?? '#inst wants a time such as "2024-05-17T08:30:00.000Z"'
    case 'uuid':
      if (!UUID.test(value)) return '#uuid wants 8-4-4-4-12 hex digits'
      return { $lit: value.toLowerCase(), $type: 'uuid' }
    case 'base64': {
      const bytes = base64Bytes(value)
      return bytes === undefined ? '#base64 wants padded base64 text' : { $lit: bytes, $type: 'bytes' }
    }
    default:
      return { $lit: value, $type: 'uri' }
  }
}
