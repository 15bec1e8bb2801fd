import { encode } from 'cborg'

/** What values pack to in a record: no bigints, which are texts there. */
export type Packed = string | number | boolean

// the kinds of CBOR items, in the upper three bits of an item's first byte
const UNSIGNED = 0 << 5
const NEGATIVE = 1 << 5
const BYTES = 2 << 5
const TEXT = 3 << 5
const LIST = 4 << 5
const MAP = 5 << 5
const FALSE = 0xf4
const TRUE = 0xf5

/** Bytes that the head of an item takes at most. */
const MOST_HEAD = 9
const text = new TextEncoder()

/**
 * CBOR under construction, the same to the byte as cborg's, which takes several times as long: and there is some in every
 * transaction. Room is made as needed.
 */
export class CborWriter {
  private at = 0
  private out: Uint8Array<ArrayBuffer>

  /** `capacity`: bytes that it will probably come to. */
  constructor(capacity: number) {
    this.out = new Uint8Array(capacity)
  }

  /** All that was written, in a buffer of its own. */
  done(): Uint8Array<ArrayBuffer> {
    return this.out.slice(0, this.at)
  }

  /** A map of so many entries, to be written next: by key, as sorted. */
  map(entries: number): void {
    this.#head(MAP, entries)
  }

  /** A list of so many values, to be written next. */
  list(values: number): void {
    this.#head(LIST, values)
  }

  value(v: Packed): void {
    if (typeof v === 'string') this.#text(v)
    else if (typeof v === 'boolean') this.#raw(v ? TRUE : FALSE)
    else if (!Number.isSafeInteger(v)) this.bytes(encode(v))
    else if (v >= 0) this.#head(UNSIGNED, v)
    else this.#head(NEGATIVE, -1 - v)
  }

  /** Numbers as a string of bytes: little-endian int32, one after another. */
  int32s(numbers: readonly number[] | Int32Array): void {
    this.#head(BYTES, 4 * numbers.length)
    if (numbers instanceof Int32Array)
      return this.bytes(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
    this.#reserve(4 * numbers.length)
    for (const n of numbers) {
      this.out[this.at++] = n
      this.out[this.at++] = n >>> 8
      this.out[this.at++] = n >>> 16
      this.out[this.at++] = n >>> 24
    }
  }

  /** Numbers as a string of bytes, each one of them. */
  uint8s(numbers: ArrayLike<number>): void {
    this.#head(BYTES, numbers.length)
    this.bytes(numbers)
  }

  #raw(byte: number): void {
    this.#reserve(1)
    this.out[this.at++] = byte
  }

  /** Bytes as they are: no item, or one that is encoded. */
  bytes(bytes: ArrayLike<number>): void {
    this.#reserve(bytes.length)
    this.out.set(bytes, this.at)
    this.at += bytes.length
  }

  /** The head of an item: its kind, and a number in as few bytes as can be. */
  #head(kind: number, n: number): void {
    this.#reserve(MOST_HEAD)
    if (n < 24) this.out[this.at++] = kind | n
    else if (n < 2 ** 8) this.#number(kind | 24, n, 1)
    else if (n < 2 ** 16) this.#number(kind | 25, n, 2)
    else if (n < 2 ** 32) this.#number(kind | 26, n, 4)
    else {
      this.#number(kind | 27, Math.floor(n / 2 ** 32), 4)
      this.#put(n % 2 ** 32, 4)
    }
  }

  #text(s: string): void {
    if (!this.#shortText(s)) this.#encoded(text.encode(s))
  }

  #encoded(bytes: Uint8Array): void {
    this.#head(TEXT, bytes.length)
    this.bytes(bytes)
  }

  /** Writes a short text of ASCII characters; false, and nothing is written, for any other. */
  #shortText(s: string): boolean {
    const { length } = s
    if (length >= 64) return false
    this.#reserve(length + MOST_HEAD)
    const { out } = this
    let at = this.at + (length < 24 ? 1 : 2)
    for (let i = 0; i < length; i++) {
      const code = s.charCodeAt(i)
      if (code > 127) return false
      out[at++] = code
    }
    this.#head(TEXT, length)
    this.at = at
    return true
  }

  #number(head: number, n: number, bytes: number): void {
    this.out[this.at++] = head
    this.#put(n, bytes)
  }

  #put(n: number, bytes: number): void {
    for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) this.out[this.at++] = n >>> shift
  }

  #reserve(bytes: number): void {
    if (this.at + bytes <= this.out.length) return
    const wider = new Uint8Array(2 * this.out.length + bytes)
    wider.set(this.out)
    this.out = wider
  }
}
