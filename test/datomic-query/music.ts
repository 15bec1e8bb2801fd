import { memory, open } from '../../src/engine.ts'

/** A small shop of records, for the examples of Datomic's query reference told on our own data. */
export const schema = {
  'artist/name': { type: 'string', unique: 'identity' },
  'artist/country': { type: 'ref', idents: [':country/CA', ':country/GB', ':country/US'] },
  'artist/startYear': { type: 'long', index: true },
  'artist/aliases': { type: 'string', many: true },
  'release/name': { type: 'string', index: true },
  'release/artists': { type: 'ref', many: true },
  'release/year': { type: 'long' },
  'release/price': { type: 'bigdec' },
  'release/media': { type: 'ref', many: true, component: true },
  'medium/tracks': { type: 'ref', many: true, component: true },
  'track/name': { type: 'string' },
  'track/seconds': { type: 'long' },
  'track/influencedBy': { type: 'ref', many: true },
} as const

const functions = {
  shout: (text: string) => `${text}!`,
  'my.app/nth-longest': (n: number, seconds: number[]) => seconds.sort((a, b) => b - a)[n - 1] ?? null,
  spread: (values: number[]) => Math.max(...values) - Math.min(...values),
  later: async (x: unknown) => x,
  tagged: (tag: string, values: unknown[]) => `${tag}:${values.length}`,
}

const track = (name: string, seconds: number) => ({ 'track/name': name, 'track/seconds': seconds })

/** Three artists, three releases, five tracks; each one led by the one before. */
export async function music() {
  const conn = await open('music', { storage: memory(), schema, functions })
  const { tempids } = await conn.transact([
    { 'db/id': 'paul', 'artist/name': 'Paul', 'artist/country': ':country/GB', 'artist/startYear': 1960 },
    { 'db/id': 'joni', 'artist/name': 'Joni', 'artist/country': ':country/CA', 'artist/aliases': ['JM', 'Roberta'] },
    { 'db/id': 'carl', 'artist/name': 'Carl', 'artist/startYear': 1969 },
    {
      'db/id': 'ram',
      'release/name': 'Ram',
      'release/artists': ['paul'],
      'release/year': 1971,
      'release/price': '9.50',
      'release/media': [{ 'medium/tracks': [track('Too Many', 250), track('Dear Boy', 135)] }],
    },
    {
      'db/id': 'blue',
      'release/name': 'Blue',
      'release/artists': ['joni', 'carl'],
      'release/year': 1971,
      'release/price': '12',
      'release/media': [{ 'medium/tracks': [track('Carey', 182)] }, { 'medium/tracks': [track('River', 245)] }],
    },
    { 'db/id': 'wild', 'release/name': 'Wild', 'release/artists': ['paul'], 'release/year': 1973 },
  ])
  const db = conn.db()
  const named = (name: string) => db.q<number>('[:find ?t . :in $ ?n :where [?t :track/name ?n]]', [name])
  const found = await Promise.all(['Too Many', 'Dear Boy', 'Carey', 'River'].map(named))
  const [many, boy, carey, river] = found as [number, number, number, number]
  await conn.transact([
    [':db/add', boy, 'track/influencedBy', many],
    [':db/add', carey, 'track/influencedBy', boy],
    [':db/add', river, 'track/influencedBy', carey],
  ])
  const ids = tempids as Record<'paul' | 'joni' | 'carl' | 'ram' | 'blue' | 'wild', number>
  return { conn, ids, tracks: { many, boy, carey, river } }
}

/** Asks in EDN or data; rows in an order of their own, so that they can be compared. */
export const asking =
  (conn: Awaited<ReturnType<typeof music>>['conn']) =>
  async <T = unknown>(query: string | object, ...inputs: unknown[]): Promise<T> => {
    const found = await conn.db().q<T>(query as string, inputs)
    return Array.isArray(found) ? (found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) as T) : found
  }

/** The code and data of the refusal. */
export async function refusal(answer: Promise<unknown>): Promise<{ code: string; message: string; data: unknown }> {
  try {
    await answer
  } catch (e) {
    return e as { code: string; message: string; data: unknown }
  }
  throw new Error('it was answered')
}
