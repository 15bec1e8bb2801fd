import { expect, it } from 'vitest'
import { base64Bytes, base64Text } from '../src/datom/base64.ts'

it('base64 text gives back its bytes, whatever their number', () => {
  for (let length = 0; length < 9; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 251 - i * 37)
    expect(base64Text(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    expect(base64Bytes(base64Text(bytes))).toEqual(bytes)
  }
})

it('what is no padded base64 text has no bytes', () => {
  for (const text of ['A', 'AA', 'AAA', 'A===', '====', '=AAA', 'AA=A', 'AAA\n', 'AA-_', 'AAAé', 'AAAA=', 'AA==AA==']) {
    expect(base64Bytes(text), text).toBeUndefined()
  }
})
