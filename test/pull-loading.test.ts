import { beforeEach, describe, expect, it, vi } from 'vitest'
import { pullMany, pullOne } from '../src/query/pull/pull.ts'
import { type Fact, world } from './pull/world.ts'
import { slow } from './support/slow-scans.ts'

vi.mock('../src/db/view.ts', async (original) => (await import('./support/slow-scans.ts')).slowView(await original()))

const env = { functions: new Map() }
const facts: Fact[] = []
for (let i = 0; i < 300; i++) {
  facts.push(
    [5000 + i, 'name', `n${i}`],
    [5000 + i, 'boss', 5000 + Math.floor(i / 10)],
    [5000 + i, 'friend', 5000 + i + 1],
  )
}

describe('a pull from storage', () => {
  beforeEach(() => {
    Object.assign(slow, { on: false, waits: 0, reads: 0 })
  })
  const people = () =>
    world({ name: { type: 'string' }, boss: { type: 'ref' }, friend: { type: 'ref', many: true } }, facts)

  it('waits once for each level, and answers as it does from memory', async () => {
    const db = await people()
    const pattern = ['name', { boss: ['name', { boss: ['db/id', 'name'] }], friend: 2, _boss: ['name'] }]
    const ids = facts.filter((_, i) => i % 9 === 0).map(([e]) => e)
    const memory = pullMany(db, pattern, ids, env)
    expect(memory).toBeInstanceOf(Array)
    slow.on = true
    expect(await pullMany(db, pattern, ids, env)).toEqual(memory)
    expect(slow.waits).toBe(5) // two steps to friends, the boss of the last ones, and theirs
    expect(slow.reads).toBeLessThan(20)
  })

  it('answers at once when nothing is missing, and asks about doubtful entities together', async () => {
    const db = await people()
    slow.on = true
    const found = pullMany(db, ['db/id'], [5001, 5002, 9999], env)
    expect(found).toBeInstanceOf(Promise)
    expect(await found).toEqual([{ 'db/id': 5001 }, { 'db/id': 5002 }, undefined])
    expect(slow.waits).toBe(1)
    expect(pullMany(db, ['name', 'boss'], [9998, 9999], env)).toEqual([undefined, undefined])
  })

  it('goes down a long chain', async () => {
    const db = await people()
    slow.on = true
    const found = await pullOne(db, ['db/id', { friend: '...' }], 5000, env)
    expect(JSON.stringify(found).match(/db\/id/g)).toHaveLength(301)
    expect(slow.waits).toBe(300)
  })
})
