import { connect, defineSchema, pattern, query } from 'annals'
import { memory, open } from 'annals/engine'

/* What a library, or a part of a bigger project, exports with the types that were inferred: they must have names outside. */

export const schema = defineSchema({
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/color': { type: 'ref', idents: [':red', ':green'] },
  'inv/parts': { type: 'ref', many: true, component: true },
})
export const shop = () => connect('shop', { schema })
export const here = () => open('shop', { storage: memory(), schema })

type Conn = Awaited<ReturnType<typeof shop>>
export const colored = (conn: Conn) =>
  conn
    .db()
    .q({ find: ['?c', '?e'], in: ['$', ['?c', '...'], '?e'], where: [['?e', 'inv/color', '?c']] }, [
      [':red'],
      ['inv/sku', 'SKU-1'],
    ])
export const whole = (conn: Conn) => conn.db().pull(['*', { 'inv/_parts': '...' }], ['inv/sku', 'SKU-1'])
export const facts = (conn: Conn) => conn.db().datoms('avet', 'inv/sku')
export const range = (conn: Conn) => conn.db().indexRange('inv/sku', 'a', 'b')
export const log = (conn: Conn) => conn.log()
export const written = (conn: Conn) => conn.transact([{ 'inv/sku': 'SKU-1' }])
export const tried = (conn: Conn) => conn.db().with([{ 'inv/sku': 'SKU-1' }])
export const LOW = query(schema, { find: [['?sku', '...']], where: [['_', 'inv/sku', '?sku']] })
export const ITEM = pattern(schema, ['inv/sku', 'inv/color', 'inv/parts'])
export const low = (conn: Conn) => conn.live(LOW)
export const item = (conn: Conn) => conn.livePull(ITEM, ['inv/sku', 'SKU-1'])
export const plan = (conn: Conn) => conn.db().explain(LOW)
export const size = (conn: Conn) => conn.stats()
export const copy = (conn: Conn) => conn.export()
export const state = (conn: Conn) => conn.sync.getSnapshot()
export const waiting = (conn: Conn) => conn.sync.pending()
export const refused = (conn: Conn) => conn.sync.rejected()
