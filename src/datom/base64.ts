const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const sextet = (code: number): number => {
  if (code >= 97) return code - 71
  if (code >= 65) return code - 65
  if (code >= 48) return code + 4
  return code === 43 ? 62 : 63
}

/** Bytes as padded base64 text. */
export function base64Text(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += `${ALPHABET[word >> 18]}${ALPHABET[(word >> 12) & 63]}`
    out += left > 1 ? ALPHABET[(word >> 6) & 63] : '='
    out += left > 2 ? ALPHABET[word & 63] : '='
  }
  return out
}

/** The bytes of padded base64 text; undefined when it is not such text. */
export function base64Bytes(text: string): Uint8Array | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  // A search, and no pattern of the whole: that of a text of megabytes overflows the stack.
  const end = text.search(/[^A-Za-z0-9+/]/)
  if (text.length % 4 !== 0 || (end !== -1 && end !== text.length - padding)) return undefined
  const out = new Uint8Array((text.length / 4) * 3 - padding)
  for (let i = 0, o = 0; i < text.length; i += 4) {
    let word = 0
    for (let k = 0; k < 4; k++) word = (word << 6) | (text[i + k] === '=' ? 0 : sextet(text.charCodeAt(i + k)))
    for (let shift = 16; shift >= 0 && o < out.length; shift -= 8) out[o++] = (word >> shift) & 255
  }
  return out
}
