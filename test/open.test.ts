import { describe, expect, it } from 'vitest'
import { memory, open } from '../src/engine.ts'

describe('open', () => {
  it.each<[string, unknown, unknown, RegExp]>([
    [
      'an option that does not exist',
      'x',
      { storage: memory(), schem: {} },
      /no option schem; there are storage, schema/,
    ],
    ['no storage', 'x', {}, /storage wants a storage/],
    ['no options', 'x', undefined, /storage wants a storage/],
    ['no name', '', { storage: memory() }, /name wants a text/],
    ['a name that is no text', 5, { storage: memory() }, /name wants a text/],
  ])('refuses %s', async (_, name, options, message) => {
    const opened = open(name as string, options as never)
    await expect(opened).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(opened).rejects.toThrow(message)
  })
})
