import { AnnalsError } from '../../base/errors.ts'
import { TAIL_BYTES } from './layout.ts'

/** Reads a segment's bytes in order; whatever it meets that cannot be is `storage/corrupt`. */
export class ByteReader {
  at: number
  readonly #view: DataView
  /** Where the padding begins. */
  readonly #end: number

  /** Requires: `bytes` is longer than the padding at its end. `name` is for messages. */
  constructor(
    private readonly bytes: Uint8Array,
    start: number,
    private readonly name: string,
  ) {
    this.at = start
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.length - TAIL_BYTES
  }

  get left(): number {
    return this.#end - this.at
  }

  corrupt(what: string): AnnalsError {
    return new AnnalsError('storage/corrupt', `${this.name} is corrupt: ${what}`, { name: this.name })
  }

  u8(): number {
    return this.bytes[this.#take(1)] as number
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  varint(): number {
    let byte = this.u8()
    const negative = (byte & 64) !== 0
    let out = byte & 63
    for (let unit = 64; byte & 128; unit *= 128) {
      if (unit >= 2 ** 55) throw this.corrupt('a number has too many digits')
      byte = this.u8()
      out += (byte & 127) * unit
    }
    return negative ? 0 - out : out
  }

  /** A varint that says how many there are of something: `0..most`. */
  size(most: number): number {
    const n = this.varint()
    if (n < 0 || n > most) throw this.corrupt(`${n} where at most ${most} are possible`)
    return n
  }

  /** Adds to `out[i]`, `from <= i < to`, the next `width` (1..32) bits times `scale`. */
  addPacked(out: Float64Array, from: number, to: number, width: number, scale: number): void {
    const view = this.#view
    // whole words are read, the last of them past the end, into what follows or the padding
    let at = this.#take(Math.ceil(((to - from) * width) / 8))
    const mask = width === 32 ? -1 : (1 << width) - 1
    let word = 0
    let have = 0
    for (let i = from; i < to; i++) {
      let bits = word
      if (have < width) {
        const next = view.getInt32(at, true)
        at += 4
        bits |= next << have
        const used = width - have
        word = used === 32 ? 0 : next >>> used
        have += 32 - width
      } else {
        word >>>= width
        have -= width
      }
      out[i] = (out[i] as number) + ((bits & mask) >>> 0) * scale
    }
  }

  /** The place of the next `n` bytes. */
  #take(n: number): number {
    const { at } = this
    if (n > this.#end - at) throw this.corrupt(`it ends where ${n} more bytes should be, at byte ${at}`)
    this.at = at + n
    return at
  }
}
