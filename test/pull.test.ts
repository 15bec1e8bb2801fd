import { beforeAll, describe, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import type { Db } from '../src/db/db.ts'
import { pullKnown, pullMany, pullOne } from '../src/query/pull/pull.ts'
import { asOf, type Fact, history, say, world } from './pull/world.ts'

const env = { functions: new Map<string, (...a: unknown[]) => unknown>() }
const DEFS = {
  name: { type: 'string' },
  aka: { type: 'string', many: true },
  friend: { type: 'ref', many: true },
  boss: { type: 'ref' },
  part: { type: 'ref', many: true, component: true },
  spec: { type: 'ref', component: true },
} as const

const codeOf = async (run: () => unknown): Promise<unknown> => {
  try {
    await run()
  } catch (e) {
    return isAnnalsError(e) ? e.code : e
  }
  return 'nothing was thrown'
}

describe('recursion', () => {
  it('shows an entity that it came through by its id alone', async () => {
    const db = await world(DEFS, [
      [5001, 'boss', 5002],
      [5002, 'boss', 5003],
      [5003, 'boss', 5001],
      [5004, 'boss', 5004],
      [5004, 'name', 'self'],
    ])
    expect(await pullOne(db, '[:db/id {:boss ...}]', 5001, env)).toEqual({
      'db/id': 5001,
      boss: { 'db/id': 5002, boss: { 'db/id': 5003, boss: { 'db/id': 5001 } } },
    })
    expect(await pullOne(db, '[:db/id {:boss 9}]', 5002, env)).toEqual({
      'db/id': 5002,
      boss: { 'db/id': 5003, boss: { 'db/id': 5001, boss: { 'db/id': 5002 } } },
    })
    expect(await pullOne(db, '[:name {:boss ...}]', 5004, env)).toEqual({ name: 'self', boss: { 'db/id': 5004 } })
  })

  it('knows what it came through for each path by itself', async () => {
    const db = await world(DEFS, [
      [5001, 'friend', 5002],
      [5001, 'friend', 5003],
      [5002, 'friend', 5004],
      [5003, 'friend', 5004],
      [5004, 'name', 'both'],
    ])
    const both = [{ name: 'both' }]
    expect(await pullOne(db, '[:name {:friend ...}]', 5001, env)).toEqual({
      friend: [{ friend: both }, { friend: both }],
    })
  })

  it('counts the steps of each attribute by itself', async () => {
    const db = await world(DEFS, [
      [5001, 'boss', 5002],
      [5002, 'friend', 5003],
      [5003, 'boss', 5004],
      [5004, 'friend', 5005],
    ])
    expect(await pullOne(db, '[:db/id {:boss 2 :friend 1}]', 5001, env)).toEqual({
      'db/id': 5001,
      boss: { 'db/id': 5002, friend: [{ 'db/id': 5003, boss: { 'db/id': 5004 } }] },
    })
  })

  it('begins anew in an explicit sub-pattern', async () => {
    const db = await world(DEFS, [
      [5001, 'boss', 5002],
      [5002, 'boss', 5001],
    ])
    expect(await pullOne(db, '[:db/id {:boss [:db/id {:boss 1}]}]', 5001, env)).toEqual({
      'db/id': 5001,
      boss: { 'db/id': 5002, boss: { 'db/id': 5001 } },
    })
  })

  it('goes down 100,000 entities, and finds out at the end that they are a circle', async () => {
    const n = 100_000
    const facts: Fact[] = [[5000, 'name', 'first']]
    for (let i = 0; i < n; i++) facts.push([5000 + i, 'boss', 5000 + ((i + 1) % n)])
    const db = await world(DEFS, facts)
    let at = (await pullOne(db, '[:name {:boss ...}]', 5000, env)) as Record<string, unknown> | undefined
    let depth = 0
    let last: unknown
    for (; at !== undefined; depth++) {
      last = at
      at = at.boss as Record<string, unknown> | undefined
    }
    expect(depth).toBe(n + 1)
    expect(last).toEqual({ 'db/id': 5000 })
    const backward = await pullOne(db, '[{:_boss 100000}]', 5000, env)
    expect(backward).toBeDefined()
  })

  it('asks at every step of a long way whether it came through there', async () => {
    const n = 20_000
    const facts: Fact[] = []
    for (let i = 0; i < n; i++) facts.push([5000 + i, 'boss', 5001 + i], [5000 + i, 'friend', 5000])
    const db = await world(DEFS, facts)
    const found = await pullOne(db, '[{:boss ... :friend ...}]', 5000, env)
    expect(found).toMatchObject({ friend: [{ 'db/id': 5000 }], boss: { friend: [{ 'db/id': 5000 }] } })
  })

  it('stops at maxRows in a graph with endlessly many paths', async () => {
    const facts: Fact[] = []
    for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) if (i !== j) facts.push([5000 + i, 'friend', 5000 + j])
    const db = await world(DEFS, facts)
    const run = (): unknown => pullOne(db, '[{:friend ...}]', 5000, env, { maxRows: 10_000 })
    expect(await codeOf(run)).toBe('query/too-many-rows')
  })
})

describe('components', () => {
  it('are expanded, and their circles end', async () => {
    const db = await world(DEFS, [
      [5001, 'part', 5002],
      [5002, 'spec', 5003],
      [5003, 'name', 'inner'],
      [5003, 'part', 5001],
      [5002, 'boss', 5001],
    ])
    expect(await pullOne(db, '[:part]', 5001, env)).toEqual({
      part: [
        { 'db/id': 5002, boss: { 'db/id': 5001 }, spec: { 'db/id': 5003, name: 'inner', part: [{ 'db/id': 5001 }] } },
      ],
    })
    expect(await pullOne(db, '[:spec {:part [:db/id]}]', 5002, env)).toEqual({
      spec: {
        'db/id': 5003,
        name: 'inner',
        part: [{ 'db/id': 5001, part: [{ 'db/id': 5002 }] }],
      },
    })
  })

  it('without facts are shown by their id', async () => {
    const db = await world(DEFS, [[5001, 'part', 5002]])
    expect(await pullOne(db, '[:part]', 5001, env)).toEqual({ part: [{ 'db/id': 5002 }] })
  })

  it('have one owner, the least should there be more', async () => {
    const db = await world(DEFS, [
      [5001, 'part', 5003],
      [5002, 'part', 5003],
    ])
    expect(await pullOne(db, '[:_part]', 5003, env)).toEqual({ _part: { 'db/id': 5001 } })
  })
})

describe('limits', () => {
  let db: Db
  beforeAll(async () => {
    const facts: Fact[] = [[5001, 'name', 'famous']]
    for (let i = 0; i < 1500; i++) facts.push([5001, 'aka', `aka-${10_000 + i}`], [6000 + i, 'boss', 5001])
    db = await world(DEFS, facts)
  })
  const count = async (pattern: string): Promise<unknown> => {
    const found = await pullOne(db, pattern, 5001, env)
    return Object.values(found ?? {}).map((v) => (Array.isArray(v) ? v.length : v))
  }
  it('are 1000 unless said', async () => {
    expect(await count('[:aka :_boss {(:_boss :as "b") [:db/id]} :name]')).toEqual([1000, 1000, 1000, 'famous'])
    expect(await count('[*]')).toEqual([5001, 'famous', 1000])
    expect(await count('[(:aka :limit 1200) (:_boss :limit 10)]')).toEqual([1200, 10])
    expect(await count('[(:aka :limit nil) (:_boss :limit nil)]')).toEqual([1500, 1500])
  })
})

describe('what is not there', () => {
  let db: Db
  beforeAll(async () => {
    db = await world(DEFS, [
      [5001, 'name', 'a'],
      [5001, 'boss', 5002],
    ])
  })
  const many = (pattern: unknown): unknown => pullMany(db, pattern, [5001, 5002, 5003], env)
  const known = (pattern: unknown): unknown => pullKnown(db, pattern, [5001, 5002, 5003], env)

  it('is undefined for an entity without facts, unless it is known', async () => {
    expect(await many(['name'])).toEqual([{ name: 'a' }, undefined, undefined])
    expect(await many(['db/id'])).toEqual([{ 'db/id': 5001 }, undefined, undefined])
    expect(await many(['*'])).toEqual([{ 'db/id': 5001, name: 'a', boss: { 'db/id': 5002 } }, undefined, undefined])
    expect(await many([['aka', { default: 0 }]])).toEqual([{ aka: 0 }, undefined, undefined])
    expect(await many(['db/id', '_boss'])).toEqual([
      { 'db/id': 5001 },
      { 'db/id': 5002, _boss: [{ 'db/id': 5001 }] },
      undefined,
    ])
    expect(await known(['db/id'])).toEqual([{ 'db/id': 5001 }, { 'db/id': 5002 }, { 'db/id': 5003 }])
    expect(await known([['aka', { default: 0 }]])).toEqual([{ aka: 0 }, { aka: 0 }, { aka: 0 }])
  })

  it('is shown by its id where a fact leads there', () => {
    expect(many([{ boss: ['db/id'] }])).toEqual([{ boss: { 'db/id': 5002 } }, undefined, undefined])
    expect(many([{ boss: ['*'] }])).toEqual([{ boss: { 'db/id': 5002 } }, undefined, undefined])
    expect(many([{ boss: ['name'] }])).toEqual([undefined, undefined, undefined])
  })

  it('answers nothing for nobody', async () => {
    expect(await pullMany(db, ['name'], [], env)).toEqual([])
  })
})

describe('many entities', () => {
  it('come in the order asked for, each with a map of its own', async () => {
    const facts: Fact[] = []
    for (let i = 0; i < 3000; i++) facts.push([5000 + i, 'name', `n${i}`], [5000 + i, 'boss', 5000 + (i % 3)])
    const db = await world(DEFS, facts)
    const ids = [7999, 5000, 5001, 5000, 6500]
    const found = (await pullMany(db, ['name', { boss: ['name'] }], ids, env)) as Record<string, unknown>[]
    expect(found.map((x) => x.name)).toEqual(['n2999', 'n0', 'n1', 'n0', 'n1500'])
    expect(found[1]).toEqual(found[3])
    expect(found[1]).not.toBe(found[3])
    expect(found[1]?.boss).not.toBe(found[3]?.boss)
    const all = (await pullMany(db, ['db/id', 'name', 'boss'], facts.map(([e]) => e).reverse(), env)) as Record<
      string,
      unknown
    >[]
    expect(all.length).toBe(6000)
    expect(all.every((x) => x.name === `n${(x['db/id'] as number) - 5000}`)).toBe(true)
  })

  it('are known by their final ids', async () => {
    const db = { ...(await world(DEFS, [[5001, 'name', 'a']])), aliases: new Map([[9000, 5001]]) }
    expect(await pullOne(db, ['db/id', 'name'], 9000, env)).toEqual({ 'db/id': 5001, name: 'a' })
  })
})

describe('time', () => {
  it('is what held then, and a history has no such moment', async () => {
    const before = await world(DEFS, [
      [5001, 'name', 'old'],
      [5001, 'friend', 5002],
      [5002, 'name', 'gone'],
    ])
    const db = await say(before, [
      [5001, 'name', 'old', false],
      [5001, 'name', 'new'],
      [5002, 'name', 'gone', false],
    ])
    const pattern = '[:name {:friend [:db/id :name]}]'
    expect(await pullOne(db, pattern, 5001, env)).toEqual({ name: 'new', friend: [{ 'db/id': 5002 }] })
    expect(await pullOne(asOf(db, 2), pattern, 5001, env)).toEqual({
      name: 'old',
      friend: [{ 'db/id': 5002, name: 'gone' }],
    })
    expect(await pullOne(asOf(db, 1), pattern, 5001, env)).toBeUndefined()
    expect(await pullOne(asOf(db, 1), '[:db/id]', 5001, env)).toBeUndefined()
    expect(await codeOf(() => pullOne(history(db), pattern, 5001, env))).toBe('pull/history')
  })
})

describe('options', () => {
  let db: Db
  beforeAll(async () => {
    const facts: Fact[] = []
    for (let i = 0; i < 5000; i++) facts.push([5000 + i, 'name', `n${i}`])
    db = await world(DEFS, facts)
  })
  const ids = Array.from({ length: 5000 }, (_, i) => 5000 + i)

  it('bound rows and time', async () => {
    expect(await codeOf(() => pullMany(db, ['name'], ids, env, { maxRows: 100 }))).toBe('query/too-many-rows')
    expect(await codeOf(() => pullMany(db, ['name'], ids, env, { timeout: 0 }))).toBe('query/timeout')
    expect(await pullMany(db, ['name'], ids, env, { maxRows: 5000, timeout: 60_000 })).toHaveLength(5000)
  })

  it('stop a pull that was aborted, before and meanwhile', async () => {
    const aborted = AbortSignal.abort('enough')
    expect(await codeOf(() => pullOne(db, ['name'], 5000, env, { signal: aborted }))).toBe('query/aborted')
    const controller = new AbortController()
    const slow = new Map([
      [
        'slow',
        (x: unknown) => {
          for (const end = performance.now() + 0.02; performance.now() < end; );
          return x
        },
      ],
    ])
    const running = pullMany(db, [['name', { xform: 'slow' }]], ids, { functions: slow }, { signal: controller.signal })
    expect(running).toBeInstanceOf(Promise)
    setTimeout(() => controller.abort(), 0)
    expect(await codeOf(() => running)).toBe('query/aborted')
  })

  it('need every function that the pattern names, within too', async () => {
    const pattern = [{ boss: [{ friend: [['name', { xform: 'nobody' }]] }] }]
    expect(await codeOf(() => pullOne(db, pattern, 5000, env))).toBe('query/unknown-function')
  })
})
