import type { Connection } from 'annals'
import { connect } from 'annals'
import { type Across, type AcrossRow, asRows } from './across.ts'
import { formsOf, schema } from './annals-schema.ts'
import { untilStored } from './annals-stored.ts'

const NAME = 'across'
const COUNT = '[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'
const ALL = '[:find ?sku ?c ?s ?n :where [?e :inv/sku ?sku] [?e :inv/color ?c] [?e :inv/size ?s] [?e :inv/count ?n]]'
let conn: Connection | undefined

const connected = (): Connection => {
  if (conn === undefined) throw new Error('not connected yet')
  return conn
}

export const across: Across = {
  async open(items) {
    conn = await connect(NAME, { schema: schema(false) })
    await conn.transact(formsOf({ kind: 'items', items }))
    await untilStored(NAME) // what is merged in the background is no part of an answer
  },
  small: (sku) => connected().db().q<number>(COUNT, [sku]),
  async large() {
    return asRows(await connected().db().q<readonly AcrossRow[]>(ALL))
  },
}
