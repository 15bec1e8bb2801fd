import type { AcrossRow } from './across.ts'

export type RawQuestion =
  | { readonly kind: 'rows'; readonly rows: readonly AcrossRow[] }
  | { readonly kind: 'count'; readonly sku: string }
  | { readonly kind: 'columns' | 'json' }

export interface RawAnswer {
  readonly count?: number | undefined
  readonly text?: string
  /** All texts of the first column, UTF-8, and where each ends. */
  readonly bytes?: Uint8Array
  readonly ends?: Uint32Array
  readonly numbers?: readonly Int32Array[]
}

let rows: readonly AcrossRow[] = []
let places = new Map<string, number>()

addEventListener('message', ({ data: question }: MessageEvent<RawQuestion>) => {
  switch (question.kind) {
    case 'rows':
      rows = question.rows
      places = new Map(rows.map(([sku], i) => [sku, i]))
      return postMessage({})
    case 'count':
      return postMessage({ count: rows[places.get(question.sku) ?? -1]?.[3] } satisfies RawAnswer)
    case 'json':
      return postMessage({ text: JSON.stringify(rows) } satisfies RawAnswer)
    case 'columns': {
      const answer = packed()
      const buffers = [answer.bytes.buffer, answer.ends.buffer, ...answer.numbers.map(({ buffer }) => buffer)]
      return postMessage(answer, { transfer: buffers as ArrayBuffer[] })
    }
  }
})

function packed() {
  const bytes = new TextEncoder().encode(rows.map(([sku]) => sku).join(''))
  const ends = new Uint32Array(rows.length)
  const numbers = [1, 2, 3].map(() => new Int32Array(rows.length))
  const [colors, sizes, counts] = numbers as [Int32Array, Int32Array, Int32Array]
  let end = 0
  for (let i = 0; i < rows.length; i++) {
    const [sku, color, size, count] = rows[i] as AcrossRow
    // A sku is ASCII: as many bytes as units.
    end += sku.length
    ends[i] = end
    colors[i] = color
    sizes[i] = size
    counts[i] = count
  }
  return { bytes, ends, numbers }
}
