/** Four tables, so that a word is taken at a time: `TABLES[k * 256 + b]` is the remainder of byte `b` with `k` zero bytes after it. */
const TABLES = new Int32Array(4 * 256)
for (let b = 0; b < 256; b++) {
  let c = b
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  TABLES[b] = c
}
for (let i = 256; i < TABLES.length; i++) {
  const c = TABLES[i - 256] as number
  TABLES[i] = (c >>> 8) ^ (TABLES[c & 255] as number)
}

/** CRC-32 of `bytes` from `start` on, as in zip and PNG: an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array, start = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const n = bytes.length
  let c = -1
  let i = start
  for (; i + 4 <= n; i += 4) {
    c ^= view.getInt32(i, true)
    c =
      (TABLES[768 + (c & 255)] as number) ^
      (TABLES[512 + ((c >>> 8) & 255)] as number) ^
      (TABLES[256 + ((c >>> 16) & 255)] as number) ^
      (TABLES[c >>> 24] as number)
  }
  for (; i < n; i++) c = (c >>> 8) ^ (TABLES[(c ^ (bytes[i] as number)) & 255] as number)
  return ~c >>> 0
}
