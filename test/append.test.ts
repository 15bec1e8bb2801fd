import { expect, it } from 'vitest'
import { append } from '../src/base/append.ts'

it('takes more than fit on the stack: a large transaction is undone, and takes back as many increments', () => {
  const many = Array.from({ length: 500_000 }, (_, i) => i)
  const list = [-1]
  expect(() => list.push(...many)).toThrow(RangeError)
  append(list, many)
  expect([list.length, list[0], list.at(-1)]).toEqual([500_001, -1, 499_999])
})
