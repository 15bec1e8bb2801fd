import { type DecodeOptions, decode, Token, Tokenizer, Type } from 'cborg'

const MARK = '\ufeff'
const TEXT = 3

/** Reads CBOR with all texts as they were written: cborg takes away a byte order mark that one begins with. */
export class TextTokenizer extends Tokenizer {
  constructor(
    private readonly bytes: Uint8Array,
    options: DecodeOptions = {},
  ) {
    super(bytes, options)
  }

  override next(): Token {
    const { bytes } = this
    const start = this.pos()
    const token = super.next()
    const head = bytes[start] as number
    if (head >> 5 !== TEXT) return token
    const size = head & 31
    const at = start + (size < 24 ? 1 : 1 + 2 ** (size - 24))
    const isMarked = bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf
    return isMarked ? new Token(Type.string, MARK + token.value, token.encodedLength) : token
  }
}

/** What `bytes`, of our own writing, say. */
export const readCbor = (bytes: Uint8Array): unknown => decode(bytes, { tokenizer: new TextTokenizer(bytes) })
