import { expect, it } from 'vitest'
import { digest, nestedDigest } from '../../bench/measure/digest.ts'

const asIs = (entity: number): number => entity

it('is the same for rows as arrays, objects and columns, in any order', () => {
  const arrays = digest(
    [
      [1, 'Ivan'],
      [2, 'Petr'],
    ],
    [0],
    asIs,
  )
  expect(
    digest(
      [
        { id: 2, name: 'Petr' },
        { id: 1, name: 'Ivan' },
      ],
      [0],
      asIs,
    ),
  ).toBe(arrays)
  expect(
    digest(
      {
        length: 2,
        columns: [
          [1, 2],
          ['Ivan', 'Petr'],
        ],
      },
      [0],
      asIs,
    ),
  ).toBe(arrays)
})

it('tells another cell, another row and one row more apart', () => {
  const one = digest([[1, 'Ivan']], [0], asIs)
  expect(digest([[1, 'Petr']], [0], asIs)).not.toBe(one)
  expect(digest([[2, 'Ivan']], [0], asIs)).not.toBe(one)
  expect(
    digest(
      [
        [1, 'Ivan'],
        [1, 'Ivan'],
      ],
      [0],
      asIs,
    ),
  ).not.toBe(one)
})

it('compares entities by their place, not by the ids of each system', () => {
  expect(digest([[1001, 5]], [0], (id) => id - 1000)).toBe(digest([[1, 5]], [0], asIs))
  expect(digest([[1001, 5]], [], (id) => id - 1000)).not.toBe(digest([[1, 5]], [], asIs))
})

it('takes a bare value for a row of one, and forgives the last bits of an average', () => {
  expect(digest(['SKU-1'], [], asIs)).toBe(digest([['SKU-1']], [], asIs))
  expect(digest([[0.1 + 0.2]], [], asIs)).toBe(digest([[0.3]], [], asIs))
})

it('knows a pulled map under any form of its names', () => {
  const ours = { 'person/name': 'Ivan', 'node/follows': [{ 'person/name': 'Oleg' }, { 'person/name': 'Petr' }] }
  const theirs = {
    ':db/id': 7,
    'node-follows': [{ 'person-name': 'Petr' }, { ':db/id': 8, 'person-name': 'Oleg' }],
    'person-name': 'Ivan',
  }
  expect(nestedDigest(theirs)).toBe(nestedDigest(ours))
  expect(nestedDigest({ ...ours, 'person/age': 3 })).not.toBe(nestedDigest(ours))
  expect(nestedDigest({ 'person/name': 'Ivan', 'node/follows': [] })).not.toBe(nestedDigest(ours))
})
