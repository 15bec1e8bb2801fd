/** Bytes under construction, little-endian; grows as needed. */
export class ByteWriter {
  length = 0
  #bytes = new Uint8Array(2 ** 14)
  #view = new DataView(this.#bytes.buffer)

  u8(x: number): void {
    const at = this.#take(1)
    this.#bytes[at] = x
  }

  f64(x: number): void {
    const at = this.#take(8)
    this.#view.setFloat64(at, x, true)
  }

  /** An integer of at most 2^53 in magnitude. */
  varint(x: number): void {
    let rest = Math.abs(x)
    let low = (rest % 64) + (x < 0 ? 64 : 0)
    rest = Math.floor(rest / 64)
    while (rest > 0) {
      this.u8(low | 128)
      low = rest % 128
      rest = Math.floor(rest / 128)
    }
    this.u8(low)
  }

  /** `width` (1..32) bits of each `floor(x[i] * scale)`, and no more bytes than that takes. */
  packed(x: Float64Array, width: number, scale: number): void {
    const bytes = Math.ceil((x.length * width) / 8)
    // whole words are written, the last of them past the end
    let at = this.#take(bytes + 3)
    this.length -= 3
    let word = 0
    let have = 0
    for (let i = 0; i < x.length; i++) {
      const bits = ((x[i] as number) * scale) >>> 0
      word |= bits << have
      have += width
      if (have >= 32) {
        this.#view.setInt32(at, word, true)
        at += 4
        have -= 32
        word = have === 0 ? 0 : bits >>> (width - have)
      }
    }
    if (have > 0) this.#view.setInt32(at, word, true)
  }

  /** Forgets what follows the first `length` bytes. */
  cut(length: number): void {
    this.length = length
  }

  /** A copy of the bytes in a buffer of exactly their size. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length)
  }

  /** The place of `n` bytes more. */
  #take(n: number): number {
    const at = this.length
    this.length += n
    if (this.length > this.#bytes.length) {
      const wider = new Uint8Array(this.length * 2)
      wider.set(this.#bytes)
      this.#bytes = wider
      this.#view = new DataView(wider.buffer)
    }
    return at
  }
}
