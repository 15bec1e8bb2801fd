/** A growing run of 32-bit integers. */
export class IntBuffer {
  length = 0
  data: Int32Array

  constructor(capacity = 16) {
    this.data = new Int32Array(capacity)
  }

  /** Makes room for `n` more; `data` may be another array afterwards. */
  reserve(n: number): void {
    const wanted = this.length + n
    if (wanted <= this.data.length) return
    const wider = new Int32Array(Math.max(wanted, this.data.length * 2))
    wider.set(this.data.subarray(0, this.length))
    this.data = wider
  }

  push(x: number): void {
    this.reserve(1)
    this.data[this.length++] = x
  }

  append(from: Int32Array, n: number): void {
    this.reserve(n)
    const { data, length } = this
    for (let k = 0; k < n; k++) data[length + k] = from[k] as number
    this.length += n
  }

  /** Appends `x` until there are `length`. */
  fill(x: number, length: number): void {
    this.reserve(length - this.length)
    while (this.length < length) this.data[this.length++] = x
  }

  /** Appends `first`, `first + 1`, …, `n` of them. */
  count(first: number, n: number): void {
    this.reserve(n)
    for (let k = 0; k < n; k++) this.data[this.length++] = first + k
  }

  /** Whether it holds `0 ..< n`, in order. */
  isCounting(n: number): boolean {
    if (this.length !== n) return false
    for (let i = 0; i < n; i++) if (this.data[i] !== i) return false
    return true
  }
}
