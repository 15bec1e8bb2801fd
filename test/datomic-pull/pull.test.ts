import { beforeAll, describe, expect, it } from 'vitest'
import { music, refusal } from '../datomic-query/music.ts'

/* docs.datomic.com, pull reference: attribute names, reverse lookup, components, maps, recursion, wildcard, options, empty results. */

let world: Awaited<ReturnType<typeof music>>
const pull = (pattern: string | readonly unknown[], entity: unknown): Promise<Record<string, unknown> | undefined> =>
  world.conn.db().pull<Record<string, unknown>>(pattern, entity as number)
beforeAll(async () => {
  world = await music()
})

describe('attribute names', () => {
  it('of an entity by id, lookup ref and ident', async () => {
    expect(await pull('[:artist/name :artist/startYear]', world.ids.paul)).toEqual({
      'artist/name': 'Paul',
      'artist/startYear': 1960,
    })
    expect(await pull('[:artist/startYear]', ['artist/name', 'Carl'])).toEqual({ 'artist/startYear': 1969 })
    expect(await pull('[:db/ident]', ':country/GB')).toEqual({ 'db/ident': ':country/GB' })
  })
  it('of a ref that is no component show id and ident', async () => {
    expect(await pull('[:artist/country]', world.ids.paul)).toEqual({
      'artist/country': { 'db/id': expect.any(Number), 'db/ident': ':country/GB' },
    })
    expect(await pull('[:release/artists]', world.ids.ram)).toEqual({
      'release/artists': [{ 'db/id': world.ids.paul }],
    })
  })
  it('backwards', async () => {
    expect(await pull('[:artist/_country]', ':country/GB')).toEqual({
      'artist/_country': [{ 'db/id': world.ids.paul }],
    })
    expect(await pull('[:medium/_tracks]', world.tracks.boy)).toEqual({
      'medium/_tracks': { 'db/id': expect.any(Number) },
    })
  })
})

it('components are pulled whole, by name and by wildcard', async () => {
  const media = [
    {
      'db/id': expect.any(Number),
      'medium/tracks': [
        { 'db/id': world.tracks.many, 'track/name': 'Too Many', 'track/seconds': 250 },
        {
          'db/id': world.tracks.boy,
          'track/name': 'Dear Boy',
          'track/seconds': 135,
          'track/influencedBy': [{ 'db/id': world.tracks.many }],
        },
      ],
    },
  ]
  expect(await pull('[:release/media]', world.ids.ram)).toEqual({ 'release/media': media })
  expect(await pull('[*]', world.ids.ram)).toEqual({
    'db/id': world.ids.ram,
    'release/name': 'Ram',
    'release/year': 1971,
    'release/price': '9.5',
    'release/artists': [{ 'db/id': world.ids.paul }],
    'release/media': media,
  })
})

describe('map specifications', () => {
  it('nest, forwards and backwards', async () => {
    expect(
      await pull(
        '[:track/name {:medium/_tracks [{:release/_media [:release/name {:release/artists [:artist/name]}]}]}]',
        world.tracks.carey,
      ),
    ).toEqual({
      'track/name': 'Carey',
      'medium/_tracks': {
        'release/_media': {
          'release/name': 'Blue',
          'release/artists': [{ 'artist/name': 'Joni' }, { 'artist/name': 'Carl' }],
        },
      },
    })
    expect(await pull('[{:release/_artists [:release/name]}]', ['artist/name', 'Paul'])).toEqual({
      'release/_artists': [{ 'release/name': 'Ram' }, { 'release/name': 'Wild' }],
    })
  })
  it('beside a wildcard override what it would show', async () => {
    const found = await pull('[* {:release/artists [:artist/name]}]', world.ids.wild)
    expect(found).toEqual({
      'db/id': world.ids.wild,
      'release/name': 'Wild',
      'release/year': 1973,
      'release/artists': [{ 'artist/name': 'Paul' }],
    })
  })
})

describe('recursion', () => {
  it('by depth', async () => {
    expect(await pull('[:track/name {:track/influencedBy 2}]', world.tracks.river)).toEqual({
      'track/name': 'River',
      'track/influencedBy': [{ 'track/name': 'Carey', 'track/influencedBy': [{ 'track/name': 'Dear Boy' }] }],
    })
  })
  it('without bound, and on cycles by id alone', async () => {
    const whole = await pull('[:track/name {:track/influencedBy ...}]', world.tracks.river)
    expect(JSON.stringify(whole).match(/track\/name/g)).toHaveLength(4)
    const { dbAfter } = await world.conn
      .db()
      .with([[':db/add', world.tracks.many, 'track/influencedBy', world.tracks.boy]])
    expect(await dbAfter.pull('[:track/name {:track/influencedBy ...}]', world.tracks.boy)).toEqual({
      'track/name': 'Dear Boy',
      'track/influencedBy': [{ 'track/name': 'Too Many', 'track/influencedBy': [{ 'db/id': world.tracks.boy }] }],
    })
  })
})

describe('options', () => {
  it(':as renames, :default stands in, :xform transforms', async () => {
    expect(
      await pull(
        '[[:artist/name :as "Band Name"] (:artist/startYear :as :year :default 0) (:artist/aliases :default [])]',
        world.ids.carl,
      ),
    ).toEqual({ 'Band Name': 'Carl', year: 1969, 'artist/aliases': [] })
    expect(await pull('[[:artist/name :xform shout]]', world.ids.joni)).toEqual({ 'artist/name': 'Joni!' })
    expect(await pull('[(:artist/startYear :default "N/A")]', world.ids.joni)).toEqual({ 'artist/startYear': 'N/A' })
  })
  it(':xform that throws or answers late is an error that names it', async () => {
    const wanted = { code: 'query/bad-argument', data: { function: 'my.app/nth-longest' } }
    expect(await refusal(pull('[(:artist/name :xform my.app/nth-longest)]', world.ids.paul))).toMatchObject(wanted)
    expect(await refusal(pull('[(:artist/name :xform later)]', world.ids.paul))).toMatchObject({
      code: 'query/bad-argument',
      message: expect.stringContaining('promise'),
    })
  })
  it(':as takes a symbol in EDN', async () => {
    expect(await pull('[(:artist/name :as called)]', world.ids.joni)).toEqual({ called: 'Joni' })
  })
  it(':limit cuts, is 1000 unless told, and nil is none', async () => {
    const aliases = Array.from({ length: 1500 }, (_, i) => `alias ${i}`)
    const { dbAfter } = await world.conn.db().with([{ 'db/id': world.ids.carl, 'artist/aliases': aliases }])
    const count = async (pattern: string) =>
      (await dbAfter.pull<{ 'artist/aliases': string[] }>(pattern, world.ids.carl))?.['artist/aliases'].length
    expect(await count('[:artist/aliases]')).toBe(1000)
    expect(await count('[*]')).toBe(1000)
    expect(await count('[(:artist/aliases :limit 7)]')).toBe(7)
    expect(await count('[(:artist/aliases :limit nil)]')).toBe(1500)
    expect(await count('[(limit :artist/aliases 3)]')).toBe(3)
  })
  it('in nested patterns, each to its own', async () => {
    expect(await pull('[{(:release/_artists :limit 1 :as :first) [(:release/name :as :n)]}]', world.ids.paul)).toEqual({
      first: [{ n: 'Ram' }],
    })
  })
  it.each([
    ['[(:artist/name :limit 0)]', 'pull/bad-option'],
    ['[(:artist/name :nope 1)]', 'pull/bad-option'],
    ['[(:artist/name :xform nope)]', 'query/unknown-function'],
    ['[:artist/nmae]', 'pull/unknown-attribute'],
    ['[:artist/_name]', 'pull/malformed'],
    ['[{:artist/name [:db/id]}]', 'pull/malformed'],
    ['[]', 'pull/malformed'],
  ])('%s is refused', async (pattern, code) => {
    expect((await refusal(pull(pattern, world.ids.paul))).code).toBe(code)
  })
})

describe('what is not there', () => {
  it('is an absent key, an absent map, undefined', async () => {
    expect(await pull('[:artist/name :artist/startYear]', world.ids.joni)).toEqual({ 'artist/name': 'Joni' })
    expect(await pull('[:artist/startYear]', world.ids.joni)).toBeUndefined()
    expect(await pull('[:artist/name {:artist/country [:db/doc]}]', world.ids.joni)).toEqual({ 'artist/name': 'Joni' })
    expect(await pull('[:artist/name]', 123_456)).toBeUndefined()
    expect(await pull('[*]', ['artist/name', 'Nobody'])).toBeUndefined()
  })
  it('keeps its place among many', async () => {
    const found = await world.conn
      .db()
      .pullMany(['artist/name'], [world.ids.carl, 123_456, ['artist/name', 'Nobody'], ['artist/name', 'Joni']])
    expect(found).toEqual([{ 'artist/name': 'Carl' }, undefined, undefined, { 'artist/name': 'Joni' }])
  })
})

describe('text of users is data', () => {
  it.each(['?x', '_', ':a', '$', '%', '*', '...', '__proto__'])('%s', async (text) => {
    const { dbAfter, tempids } = await world.conn
      .db()
      .with([{ 'db/id': 'new', 'artist/name': text, 'artist/aliases': [text] }])
    expect(await dbAfter.pull(['artist/aliases'], ['artist/name', text])).toEqual({ 'artist/aliases': [text] })
    const shown = await dbAfter.pull([['artist/name', { as: text, default: text }]], tempids.new as number)
    expect(Object.entries(shown ?? {})).toEqual([[text, text]])
  })
})
