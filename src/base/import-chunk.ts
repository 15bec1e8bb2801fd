/** What several elements of an import come to, at most; a single one may be larger. */
export interface ChunkSize {
  readonly elements: number
  /** Roughly. */
  readonly bytes: number
}

/** One step: each waits for the storage, and for a worker's answer. */
export const STEP: ChunkSize = { elements: 8192, bytes: 512 * 1024 }
/** One transaction that is to be pushed: half of what a server takes, since keys are not counted. */
export const PUSHED: ChunkSize = { elements: 2048, bytes: 128 * 1024 }

/** Gathers elements into chunks. */
export class ImportChunk {
  readonly elements: unknown[] = []
  #bytes = 0

  /** `most`: absent for as many as come. */
  constructor(private readonly most?: ChunkSize) {}

  add(element: unknown): void {
    this.elements.push(element)
    if (this.most) this.#bytes += sizeOf(element)
  }

  get isFull(): boolean {
    return !!this.most && (this.elements.length >= this.most.elements || this.#bytes >= this.most.bytes)
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
