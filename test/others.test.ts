import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Others, TELL_APART } from '../src/storage/indexeddb/others.ts'

/** What was posted, by channel; nobody hears it. */
class SilentChannel {
  static posted = 0
  static open = 0
  onmessage: (() => void) | null = null
  constructor() {
    SilentChannel.open++
  }
  postMessage(): void {
    SilentChannel.posted++
  }
  close(): void {
    SilentChannel.open--
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('BroadcastChannel', SilentChannel)
  Object.assign(SilentChannel, { posted: 0, open: 0 })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const others = (): Others => new Others('shop', () => {})

test('tells the first change as soon as whoever made it has gone on', () => {
  others().tell()
  expect(SilentChannel.posted).toBe(0)
  vi.advanceTimersByTime(1)
  expect(SilentChannel.posted).toBe(1)
})

test('a hundred changes, a millisecond apart, are a message each ten milliseconds and one for the last', () => {
  const told = others()
  for (let i = 0; i < 100; i++) {
    told.tell()
    vi.advanceTimersByTime(1)
  }
  expect(SilentChannel.posted).toBeGreaterThanOrEqual(9)
  expect(SilentChannel.posted).toBeLessThanOrEqual(11)
  const before = SilentChannel.posted
  told.tell()
  vi.advanceTimersByTime(TELL_APART)
  expect(SilentChannel.posted).toBeGreaterThan(before)
  vi.advanceTimersByTime(1000)
  expect(SilentChannel.posted).toBeLessThanOrEqual(before + 2)
})

test('a change after a pause is told at once again', () => {
  const told = others()
  told.tell()
  vi.advanceTimersByTime(50)
  told.tell()
  vi.advanceTimersByTime(1)
  expect(SilentChannel.posted).toBe(2)
})

test('closing tells what is still to be told, and nothing twice', () => {
  const told = others()
  told.tell()
  vi.advanceTimersByTime(1)
  told.tell()
  told.close()
  expect(SilentChannel.posted).toBe(2)
  expect(SilentChannel.open).toBe(0)
  vi.advanceTimersByTime(1000)
  expect(SilentChannel.posted).toBe(2)
})
