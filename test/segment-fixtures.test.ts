import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { base64Bytes } from '../src/datom/base64.ts'
import type { Value } from '../src/datom/value.ts'
import { decodeSegment } from '../src/db/segment/decode-segment.ts'

/** Segments as older versions wrote them: these files are never changed, and what they hold must be read for ever. */
const FOLDER = new URL('fixtures/segments/', import.meta.url)

/** A value in a fixture: numbers and bigints as text, so that none is lost on the way through JSON. */
type Spelt = string | boolean | { readonly number: string } | { readonly bigint: string }
type Row = readonly [e: number, a: number, v: Spelt, tx: number, to?: number]
interface Fixture {
  readonly index: string
  readonly past: boolean
  readonly bytes: string
  readonly rows: readonly Row[]
}

function readSpelt(v: Spelt): Value {
  if (typeof v !== 'object') return v
  return 'number' in v ? Number(v.number) : BigInt(v.bigint)
}

const files = readdirSync(FOLDER)

it('there are fixtures of format 1', () => expect(files.length).toBeGreaterThanOrEqual(7))

it.each(files)('%s', (file) => {
  const fixture = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Fixture
  const { order, rows } = decodeSegment(base64Bytes(fixture.bytes) as Uint8Array, file)
  expect(order).toBe(fixture.index)
  expect(rows.to !== undefined).toBe(fixture.past)
  const found = Array.from({ length: rows.length }, (_, i) => [
    rows.e[i],
    rows.a[i],
    rows.v[i],
    rows.tx[i],
    rows.to?.[i],
  ])
  expect(found).toEqual(fixture.rows.map(([e, a, v, tx, to]) => [e, a, readSpelt(v), tx, to]))
})
