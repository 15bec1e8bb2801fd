/** Elements of one step of an import, at most. */
const MOST_ELEMENTS = 2048
/** Bytes of one step, roughly: a single element may be larger. */
const MOST_BYTES = 128 * 1024

/** Gathers elements into chunks that are small enough to cross to a worker, and to be one transaction. */
export class ImportChunk {
  readonly elements: unknown[] = []
  private bytes = 0

  add(element: unknown): void {
    this.elements.push(element)
    this.bytes += sizeOf(element)
  }

  get isFull(): boolean {
    return this.elements.length >= MOST_ELEMENTS || this.bytes >= MOST_BYTES
  }
}

/** What data weighs, in bytes or thereabouts; the keys of maps, which mostly repeat, apart. */
function sizeOf(x: unknown): number {
  if (typeof x === 'string') return 2 + x.length
  if (typeof x !== 'object' || x === null) return 8
  if (x instanceof Uint8Array) return x.length
  let size = 8
  if (Array.isArray(x) || x instanceof Set) for (const item of x) size += sizeOf(item)
  else if (x instanceof Map) for (const [key, item] of x) size += sizeOf(key) + sizeOf(item)
  else for (const key in x) size += sizeOf((x as Readonly<Record<string, unknown>>)[key])
  return size
}
