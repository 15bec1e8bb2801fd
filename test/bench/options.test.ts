import { expect, it } from 'vitest'
import { readOptions, sizeName } from '../../bench/options.ts'

it('makes a quick pass unless told otherwise, and five runs of everything with --full', () => {
  expect(readOptions([])).toMatchObject({ full: false, runs: 1, sizes: [10_000], only: [], resume: false })
  expect(readOptions(['--full'])).toMatchObject({ full: true, runs: 5, sizes: [10_000, 100_000, 200_000, 1_000_000] })
})

it('reads lists, numbers and minutes', () => {
  const args = ['--only', 'Q, sqlite table,Chromium', '--size', '5M,1k', '--runs', '3', '--minutes', '2.5', '--resume']
  expect(readOptions(args)).toMatchObject({
    only: ['q', 'sqlite table', 'chromium'],
    sizes: [1_000, 1_000_000],
    runs: 3,
    within: 150_000,
    resume: true,
  })
})

it('has no end in time unless it is given one', () => {
  expect(readOptions([])?.within).toBe(Number.POSITIVE_INFINITY)
})

it('asks for nothing but help', () => {
  expect(readOptions(['--help'])).toBeUndefined()
})

it.each([
  [['--runs', '-1'], /--runs/],
  [['--runs', 'many'], /--runs/],
  [['--minutes', '0'], /--minutes/],
  [['--size', '3k'], /--size knows/],
  [['--fast'], /--fast/],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})

it('names sizes by items, and large ones by facts', () => {
  expect([1_000, 10_000, 100_000, 200_000, 1_000_000].map(sizeName)).toEqual([
    '1k',
    '10k',
    '100k',
    '1M facts',
    '5M facts',
  ])
})
